import { Anchor, Text } from '@mantine/core';
import { IconBell, IconBellRinging } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import {
  alertOf,
  type Budget,
  type BudgetAlert,
  limitText,
  placeOf,
  type Threshold,
  usualThresholds,
} from '@/budgets/budgetRules';
import type { Schemas } from '@/shared/api/client';
import { approximately, compare, percentOf } from '@/shared/format/decimal';
import { formatInstant, formatMoney, formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import classes from './Budgets.module.css';
import { pageOf, useCustomer } from './customer';
import { alertsQuery } from './queries';

type Overview = Schemas['Overview'];

/** What a budget is for has cost so far, and is forecast to cost; null where that is not known. */
function spentOn(
  overview: Overview,
  charge: string | null,
): { actual: string | null; forecast: string | null } {
  if (charge === null) {
    return { actual: overview.so_far?.subtotal ?? null, forecast: overview.projected?.subtotal ?? null };
  }
  if (!overview.so_far) return { actual: null, forecast: null };
  const found = overview.charges.find((one) => one.charge === charge);
  return { actual: found?.amount ?? '0', forecast: found?.projected ?? null };
}

function Told({
  threshold,
  alert,
  currency,
}: {
  threshold: Threshold;
  alert: BudgetAlert | undefined;
  currency: string;
}) {
  const reader = useReader();
  const limit = limitText(threshold, (amount) => formatMoney(amount, currency, reader));
  const on = threshold.on === 'actual' ? 'spent' : 'forecast';
  return (
    <li className={classes.threshold} data-told={alert !== undefined || undefined}>
      {alert ? <IconBellRinging size={14} aria-hidden /> : <IconBell size={14} aria-hidden />}
      <span>
        {limit} {on}: {alert ? <>told {formatInstant(alert.told_at, reader)}</> : 'not reached'}
      </span>
    </li>
  );
}

interface BudgetRowProps {
  budget: Budget;
  overview: Overview;
  alerts: BudgetAlert[];
}

function BudgetRow({ budget, overview, alerts }: BudgetRowProps) {
  const reader = useReader();
  const { amount, currency } = budget;
  const charge = budget.charge ?? null;
  const { actual, forecast } = spentOn(overview, charge);
  const used = actual === null ? null : (percentOf(actual, amount, 0) ?? '0');
  const over = actual !== null && compare(actual, amount) > 0;
  const willBeOver = forecast !== null && compare(forecast, amount) > 0;
  const thresholds = budget.thresholds ?? usualThresholds;
  const place = (percent: string) => `${String(Math.min(100, Math.max(0, approximately(percent))))}%`;
  const name = overview.charges.find((one) => one.charge === charge)?.title ?? charge ?? 'All charges';
  const month = overview.month?.label ?? '';
  return (
    <li className={classes.budget}>
      <div className={classes.head}>
        <h3 className={classes.name}>{name}</h3>
        <span>
          {actual === null ? '—' : <Money amount={actual} currency={currency} />} of{' '}
          <Money amount={amount} currency={currency} />
        </span>
      </div>
      <div
        role="img"
        aria-label={`${name}: ${used === null ? 'not known' : `${used} %`} of the budget is spent`}
        className={classes.bar}
        data-state={over ? 'over' : willBeOver ? 'will-be-over' : undefined}
      >
        {forecast === null ? null : (
          <span
            className={classes.forecast}
            style={{ width: place(percentOf(forecast, amount, 1) ?? '0') }}
          />
        )}
        <span className={classes.used} style={{ width: place(used ?? '0') }} />
        {thresholds.map((threshold) => {
          const at = placeOf(threshold, budget);
          return compare(at, '100') < 0 ? (
            <span key={`${threshold.on} ${at}`} className={classes.mark} style={{ left: place(at) }} />
          ) : null;
        })}
      </div>
      <Text size="xs" c="dimmed">
        {used === null ? 'Not known at present' : `${formatPercent(used, reader)} spent`}
        {forecast === null ? null : (
          <>
            , forecast <Money amount={forecast} currency={currency} />
            {willBeOver && !over ? (
              <Text span inherit c="var(--mantine-color-orange-light-color)" fw={600}>
                , above the budget
              </Text>
            ) : null}
          </>
        )}
        {over ? (
          <Text span inherit c="var(--mantine-color-error)" fw={600}>
            {' '}
            (above the budget)
          </Text>
        ) : null}
      </Text>
      <ul className={classes.thresholds} aria-label={`Thresholds of ${name}`}>
        {thresholds.map((threshold) => (
          <Told
            key={`${threshold.on} ${placeOf(threshold, budget)}`}
            threshold={threshold}
            alert={alertOf(alerts, budget, threshold, month)}
            currency={currency}
          />
        ))}
      </ul>
    </li>
  );
}

/** How far each budget of a currency is, and which of its thresholds were told this month. */
export function Budgets({ overview, currency }: { overview: Overview; currency: string }) {
  const { customer, settings } = useCustomer();
  const alerts = useQuery(alertsQuery(customer.key));
  const budgets = settings.value.budgets.filter((budget) => budget.currency === currency);
  if (budgets.length === 0) return null;
  return (
    <Section
      title={`Budgets of the month, ${currency}`}
      aside={
        <Anchor component={Link} to={pageOf(customer.key, 'settings')} size="sm">
          Change budgets
        </Anchor>
      }
    >
      <ul className={classes.budgets}>
        {budgets.map((budget) => (
          <BudgetRow
            key={budget.charge ?? ''}
            budget={budget}
            overview={overview}
            alerts={alerts.data?.items ?? []}
          />
        ))}
      </ul>
    </Section>
  );
}
