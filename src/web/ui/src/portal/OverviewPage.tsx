import { Alert, Anchor, Button, NativeSelect, Progress, Text } from '@mantine/core';
import { IconReceipt } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import type { Schemas } from '@/shared/api/client';
import { approximately, compare, percentOf, sign, subtract } from '@/shared/format/decimal';
import { formatDay, formatInstant, formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { Alerts } from './Alerts';
import { Budgets } from './Budgets';
import { ChargeBreakdown } from './ChargeBreakdown';
import { pageOf, useCustomer } from './customer';
import { ForecastBand } from './ForecastBand';
import { LatestAnomalies } from './LatestAnomalies';
import classes from './OverviewPage.module.css';
import { overviewQuery } from './queries';
import { Trend } from './Trend';

type Overview = Schemas['Overview'];

interface TileProps {
  label: string;
  to: string;
  linkText: string;
  figure: ReactNode;
  children?: ReactNode;
}

/** One figure, what it compares with, and the way to what it is made of. */
function Tile({ label, figure, to, linkText, children }: TileProps) {
  return (
    <section className={classes.tile} aria-label={label}>
      <h2 className={classes.tileLabel}>{label}</h2>
      <p className={classes.figure}>{figure}</p>
      <div className={classes.tileNote}>{children}</div>
      <Anchor component={Link} to={to} size="xs">
        {linkText}
      </Anchor>
    </section>
  );
}

function Change({ from, to, currency }: { from: string; to: string; currency: string }) {
  const reader = useReader();
  const difference = subtract(to, from);
  const percent = percentOf(difference, from);
  const direction = sign(difference);
  if (direction === 0) return <>as much as</>;
  return (
    <>
      <strong>
        <Money amount={difference.replace('-', '')} currency={currency} />
        {percent ? ` (${formatPercent(percent.replace('-', ''), reader)})` : ''}
      </strong>{' '}
      {direction > 0 ? 'more than' : 'less than'}
    </>
  );
}

function Budget({ overview, currency }: { overview: Overview; currency: string }) {
  const reader = useReader();
  const { customer } = useCustomer();
  const { budget, so_far: soFar, projected } = overview;
  const settings = pageOf(customer.key, 'settings');
  if (!budget) {
    return (
      <Tile label="Budget" figure="None set" to={settings} linkText="Set a budget">
        A budget for the month is compared with what it costs so far.
      </Tile>
    );
  }
  const used = soFar ? (percentOf(soFar.subtotal, budget, 0) ?? '0') : '0';
  const over = projected !== null && compare(projected.subtotal, budget) > 0;
  return (
    <Tile
      label="Budget"
      figure={<Money amount={budget} currency={currency} />}
      to={settings}
      linkText="Change the budget"
    >
      <Progress
        value={Math.min(100, approximately(used))}
        color={over ? 'orange' : 'blue'}
        aria-label={`Part of the budget that is used: ${used} %`}
        my={4}
      />
      {formatPercent(used, reader)} used
      {over ? '; the forecast is above it' : ''}
    </Tile>
  );
}

function Tiles({ overview, currency }: { overview: Overview; currency: string }) {
  const reader = useReader();
  const { customer } = useCustomer();
  const { so_far: soFar, same_day: sameDay, projected, expected, month, balance } = overview;
  const { projected_low: low, projected_high: high } = overview;
  const interim = pageOf(customer.key, 'interim');
  return (
    <div className={classes.tiles}>
      <Tile
        label="This month so far"
        figure={soFar ? <Money amount={soFar.subtotal} currency={currency} /> : '—'}
        to={interim}
        linkText="What it is made of"
      >
        {soFar && sameDay ? (
          <>
            <Change from={sameDay.subtotal} to={soFar.subtotal} currency={currency} /> on the same day of last
            month (
            <Money amount={sameDay.subtotal} currency={currency} />)
          </>
        ) : (
          'Nothing to compare with last month'
        )}
      </Tile>
      <Tile
        label="Projected month end"
        figure={projected ? <Money amount={projected.subtotal} currency={currency} /> : '—'}
        to={pageOf(customer.key, 'plan')}
        linkText="Calculate with other figures"
      >
        {low && high ? (
          <>
            Four times in five between <Money amount={low.subtotal} currency={currency} /> and{' '}
            <Money amount={high.subtotal} currency={currency} />.{' '}
          </>
        ) : null}
        {month ? `Day ${String(month.day)} of ${String(month.days)}. ` : ''}
        {expected ? (
          <>
            Without further usage: <Money amount={expected.subtotal} currency={currency} />
          </>
        ) : null}
      </Tile>
      <Budget overview={overview} currency={currency} />
      <Tile
        label="Open balance"
        figure={balance ? <Money amount={balance.balance} currency={currency} /> : '—'}
        to={pageOf(customer.key, 'invoices')}
        linkText="Invoices and payments"
      >
        {balance && sign(balance.overdue) > 0 ? (
          <Text span inherit c="var(--mantine-color-error)" fw={600}>
            <Money amount={balance.overdue} currency={currency} /> overdue
          </Text>
        ) : balance && balance.open.length > 0 ? (
          `Due ${formatDay(balance.open[0]?.due_on ?? overview.today, reader)}`
        ) : (
          'Nothing is due'
        )}
      </Tile>
    </div>
  );
}

export function Component() {
  const { customer } = useCustomer();
  const reader = useReader();
  const [search, setSearch] = useSearchParams();
  const query = useQuery(overviewQuery(customer.key, search.get('currency') ?? undefined));
  const overview = query.data;
  return (
    <Page
      title="Overview"
      aside={
        overview ? (
          <Text size="sm" c="dimmed">
            {formatInstant(overview.as_of, reader)}
          </Text>
        ) : null
      }
      actions={
        <>
          {overview && overview.currencies.length > 1 ? (
            <NativeSelect
              aria-label="Currency"
              data={overview.currencies}
              value={overview.currency ?? ''}
              onChange={(event) => {
                setSearch({ currency: event.currentTarget.value });
              }}
            />
          ) : null}
          <Button
            component={Link}
            to={pageOf(customer.key, 'interim')}
            leftSection={<IconReceipt size={16} aria-hidden />}
          >
            Interim invoice now
          </Button>
        </>
      }
    >
      <QueryView query={query} height={720}>
        {(data) =>
          data.currency === null ? (
            <Section title="Nothing yet">
              <Empty title="No subscription yet">Once there is one, this page shows what it costs.</Empty>
            </Section>
          ) : (
            <>
              {data.unavailable ? (
                <Alert color="orange" title="This month cannot be computed at present">
                  {data.unavailable}
                </Alert>
              ) : null}
              <Tiles overview={data} currency={data.currency} />
              <ForecastBand overview={data} currency={data.currency} budget={data.budget} />
              <Budgets overview={data} currency={data.currency} />
              <div className={classes.columns}>
                <ChargeBreakdown overview={data} currency={data.currency} />
                <Trend months={data.trend} currency={data.currency} />
              </div>
              <Alerts />
              <LatestAnomalies />
            </>
          )
        }
      </QueryView>
    </Page>
  );
}
