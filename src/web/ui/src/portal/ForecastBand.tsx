import type { ReactNode } from 'react';
import type { Schemas } from '@/shared/api/client';
import { approximately, compare, percentOf } from '@/shared/format/decimal';
import { formatMoney } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import classes from './ForecastBand.module.css';

type Overview = Schemas['Overview'];

function Entry({ kind, label, amount }: { kind: string; label: string; amount: ReactNode }) {
  return (
    <div className={classes.entry}>
      <dt>
        <span className={classes.swatch} data-kind={kind} />
        {label}
      </dt>
      <dd>{amount}</dd>
    </div>
  );
}

interface ForecastBandProps {
  overview: Overview;
  currency: string;
  /** Of all charges; null where none is set. */
  budget: string | null;
}

/** The month as one bar: what it costs so far, where it is forecast to end, the band around that, the budget. */
export function ForecastBand({ overview, currency, budget }: ForecastBandProps) {
  const reader = useReader();
  const { so_far: soFar, projected, projected_low: low, projected_high: high } = overview;
  if (!soFar || !projected || !low || !high) return null;
  const figures = [soFar.subtotal, projected.subtotal, high.subtotal, budget ?? '0'];
  const most = figures.reduce((a, b) => (compare(a, b) > 0 ? a : b));
  const place = (amount: string) =>
    Math.min(100, Math.max(0, approximately(percentOf(amount, most, 2) ?? '0'))) / 1.04;
  const money = (amount: string) => formatMoney(amount, currency, reader);
  const said =
    `${money(soFar.subtotal)} so far, forecast to end at ${money(projected.subtotal)}, ` +
    `four times in five between ${money(low.subtotal)} and ${money(high.subtotal)}` +
    (budget === null ? '' : `; the budget is ${money(budget)}`);
  return (
    <Section title="Forecast of the month">
      <div role="img" aria-label={said} className={classes.bar}>
        <span
          className={classes.band}
          style={{
            left: `${String(place(low.subtotal))}%`,
            width: `${String(place(high.subtotal) - place(low.subtotal))}%`,
          }}
        />
        <span className={classes.soFar} style={{ width: `${String(place(soFar.subtotal))}%` }} />
        <span className={classes.projected} style={{ left: `${String(place(projected.subtotal))}%` }} />
        {budget === null ? null : (
          <span className={classes.budget} style={{ left: `${String(place(budget))}%` }} />
        )}
      </div>
      <dl className={classes.legend}>
        <Entry kind="so-far" label="So far" amount={<Money amount={soFar.subtotal} currency={currency} />} />
        <Entry
          kind="projected"
          label="Forecast"
          amount={<Money amount={projected.subtotal} currency={currency} />}
        />
        <Entry
          kind="band"
          label="Four times in five"
          amount={
            <>
              <Money amount={low.subtotal} currency={currency} /> –{' '}
              <Money amount={high.subtotal} currency={currency} />
            </>
          }
        />
        {budget === null ? null : (
          <Entry kind="budget" label="Budget" amount={<Money amount={budget} currency={currency} />} />
        )}
      </dl>
    </Section>
  );
}
