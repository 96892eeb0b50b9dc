import { Anchor, Badge, Button, NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import type { Schemas } from '@/shared/api/client';
import { dayAfter, dayIn, formatInstant } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Quantity } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import classes from './Anomalies.module.css';
import { type Anomaly, anomalyDays, surroundings } from './anomalies';
import { AnomalyChart } from './AnomalyChart';
import { pageOf, useCustomer } from './customer';
import { anomaliesQuery, metersQuery } from './queries';
import { UsageNav } from './UsageNav';

const shownAtOnce = 5;
const stretches = [
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
];

/** A bound of what is usual, to two digits: it is estimated. */
function roughly(bound: string): string {
  return bound.replace(/(\.\d{2})\d+$/, '$1');
}

function OneAnomaly({ anomaly }: { anomaly: Anomaly }) {
  const { customer } = useCustomer();
  const { meter, unit, direction, text, quantity, low, high, step } = anomaly;
  const { from, to } = surroundings(anomaly);
  const day = (instant: string) => dayIn(customer.time_zone, new Date(instant));
  const search = new URLSearchParams({
    meter,
    range: 'custom',
    from: day(from),
    to: dayAfter(day(to)),
    window: step,
  });
  return (
    <li className={classes.anomaly}>
      <div className={classes.said}>
        <Badge color={direction === 'above' ? 'orange' : 'blue'}>
          {direction === 'above' ? 'more than usual' : 'less than usual'}
        </Badge>
        <p>{text}</p>
        <Text size="xs" c="dimmed">
          <Quantity value={quantity} unit={unit} />; between <Quantity value={roughly(low)} /> and{' '}
          <Quantity value={roughly(high)} unit={unit} /> would be usual
        </Text>
        <Anchor component={Link} size="xs" to={`${pageOf(customer.key, 'usage')}?${search.toString()}`}>
          Look into {meter} around it
        </Anchor>
      </div>
      <AnomalyChart anomaly={anomaly} />
    </li>
  );
}

function List({ found }: { found: Schemas['Anomalies'] }) {
  const reader = useReader();
  const [shown, setShown] = useState(shownAtOnce);
  const { items, until, days } = found;
  if (items.length === 0) {
    return (
      <Empty title="Nothing unusual">
        The last {days} days were like the weeks before, as far as there are four of them.
      </Empty>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {items.slice(0, shown).map((anomaly) => (
          <OneAnomaly key={`${anomaly.meter} ${anomaly.step} ${anomaly.starts_at}`} anomaly={anomaly} />
        ))}
      </ul>
      {items.length > shown ? (
        <Button
          variant="default"
          mt="sm"
          onClick={() => {
            setShown(shown + shownAtOnce);
          }}
        >
          Show more
        </Button>
      ) : null}
      <Text size="xs" c="dimmed" mt="sm">
        Judged up to {formatInstant(until, reader)}: hours against the same hour of the week, days against the
        same weekday, of up to eight weeks before.
      </Text>
    </>
  );
}

/** Usage that is far from its own season, each in a sentence with a chart. */
export function Component() {
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const meter = search.get('meter') ?? '';
  const asked = stretches.find(({ value }) => value === search.get('days'))?.value;
  const days = asked === undefined ? anomalyDays : parseInt(asked, 10);
  const query = useQuery(anomaliesQuery(customer.key, days, meter));
  const meters = useQuery(metersQuery(customer.key));
  const set = (name: string, value: string) => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  };
  return (
    <Page title="Usage">
      <UsageNav />
      <div className={classes.controls}>
        <NativeSelect
          label="Meter"
          data={[
            { value: '', label: 'All meters' },
            ...(meters.data?.items ?? []).map((one) => ({ value: one.meter, label: one.title || one.meter })),
          ]}
          value={meter}
          onChange={(event) => {
            set('meter', event.currentTarget.value);
          }}
        />
        <NativeSelect
          label="Range"
          data={stretches}
          value={String(days)}
          onChange={(event) => {
            set('days', event.currentTarget.value);
          }}
        />
      </div>
      <Section title="Unusual usage, the latest first">
        <QueryView query={query} height={420}>
          {(found) => <List key={`${meter} ${String(days)}`} found={found} />}
        </QueryView>
      </Section>
    </Page>
  );
}
