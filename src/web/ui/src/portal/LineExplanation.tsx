import { Badge, Button, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type ReactNode, useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { formatDay, formatDecimal, formatPercent, formatShortDay } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Chart } from '@/shared/ui/Chart';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant, Money } from '@/shared/ui/Money';
import { QueryView } from '@/shared/ui/states';
import { Facts } from './Facts';
import classes from './LineExplanation.module.css';

export type Explanation = Schemas['Explanation'];
type Charge = Schemas['ExplainedCharge'];
type Step = Charge['steps'][number];
type Stretch = Charge['stretches'][number];
type UsageDay = Explanation['usage'][number];
type UsageEvent = Explanation['events'][number];

/** What an explanation shows of the events at once. */
export const eventsOfAPage = 20;

/** A decimal that may end in "…" where it goes on. */
function useShown() {
  const reader = useReader();
  return (value: string) =>
    value.endsWith('…') ? `${formatDecimal(value.slice(0, -1), reader)}…` : formatDecimal(value, reader);
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h3 className={classes.partTitle}>{title}</h3>
      {children}
    </section>
  );
}

function Steps({ charge, currency }: { charge: Charge; currency: string }) {
  const shown = useShown();
  const columns = useMemo<ColumnDef<Step>[]>(
    () => [
      { accessorKey: 'label', header: 'Step' },
      {
        accessorKey: 'quantity',
        header: charge.unit || 'Quantity',
        cell: ({ row }) => shown(row.original.quantity),
        meta: { numeric: true },
      },
      {
        accessorKey: 'price',
        header: 'Price',
        cell: ({ row }) => shown(row.original.price),
        meta: { numeric: true },
      },
      {
        accessorKey: 'amount',
        header: currency,
        cell: ({ row }) => shown(row.original.amount),
        meta: { numeric: true },
      },
    ],
    [charge.unit, currency, shown],
  );
  return (
    <DataTable
      label={`Steps of the price, in ${currency}`}
      columns={columns}
      rows={charge.steps}
      rowKey={({ label, quantity, price }) => `${label} ${quantity} ${price}`}
      sortable={false}
      empty="Nothing is priced."
      footer={
        <tr>
          <th scope="row" colSpan={3}>
            Exactly {shown(charge.exact)}, rounded {charge.rounding}
          </th>
          <td data-numeric>
            <strong>
              <Money amount={charge.amount} />
            </strong>
          </td>
        </tr>
      }
    />
  );
}

function Stretches({ charge }: { charge: Charge }) {
  const reader = useReader();
  const columns = useMemo<ColumnDef<Stretch>[]>(
    () => [
      {
        id: 'effective',
        header: 'Prices of',
        cell: ({ row: { original } }) =>
          original.effective === null ? 'the beginning' : formatDay(original.effective, reader),
      },
      {
        id: 'coverage',
        header: 'Part of the period',
        cell: ({ row: { original } }) =>
          `${String(original.coverage.part)} of ${String(original.coverage.whole)}`,
        meta: { numeric: true },
      },
      {
        id: 'quantity',
        header: 'Quantity',
        cell: ({ row: { original } }) =>
          original.quantity === null ? 'as used' : formatDecimal(original.quantity, reader),
        meta: { numeric: true },
      },
      {
        id: 'rule',
        header: 'Rule and agreement',
        cell: ({ row: { original } }) =>
          [
            original.rule,
            original.rule_fee === null ? null : `fee ${formatDecimal(original.rule_fee, reader)}`,
            ...original.agreed.map(({ figure, value }) => `agreed ${figure} ${value}`),
          ]
            .filter((text) => text !== null)
            .join(', ') || '—',
      },
    ],
    [reader],
  );
  return (
    <DataTable
      label="Stretches of the period"
      columns={columns}
      rows={charge.stretches}
      rowKey={(stretch) => JSON.stringify(stretch)}
      sortable={false}
    />
  );
}

/** Says how the charge gets from usage to its amount, from the outside in. */
function ChargeParts({ charge, explanation }: { charge: Charge; explanation: Explanation }) {
  const shown = useShown();
  const reader = useReader();
  const { coverage } = charge;
  const whole = coverage.part === coverage.whole;
  const plainStretch =
    charge.stretches.length === 1 &&
    charge.stretches.every(({ rule, agreed, quantity }) => !rule && agreed.length === 0 && quantity === null);
  return (
    <>
      <Part title="Price">
        <Text size="sm">
          {charge.title} of the plan {charge.plan_title}: {charge.model_summary}
        </Text>
        <dl className={classes.arithmetic}>
          <div>
            <dt>Used</dt>
            <dd>
              {shown(charge.used)} {charge.unit}
            </dd>
          </div>
          <div>
            <dt>Included</dt>
            <dd>{charge.allowance === null ? 'unlimited' : `${shown(charge.allowance)} ${charge.unit}`}</dd>
          </div>
          <div>
            <dt>Billable</dt>
            <dd>
              {shown(charge.billable)} {charge.unit}
            </dd>
          </div>
          <div>
            <dt>Proration</dt>
            <dd>
              {whole
                ? 'the whole period'
                : `${String(coverage.part)} of ${String(coverage.whole)} parts of the period`}
            </dd>
          </div>
          {charge.environment ? (
            <div>
              <dt>Environment</dt>
              <dd>
                {charge.environment}, {formatPercent(charge.environment_percent, reader)} of the prices
              </dd>
            </div>
          ) : null}
        </dl>
        <Steps charge={charge} currency={explanation.currency} />
        {explanation.billed_before !== null ? (
          <Text size="sm" mt={6}>
            Billed before: <Money amount={explanation.billed_before} />. The line is the difference:{' '}
            <Money amount={explanation.amount} />.
          </Text>
        ) : null}
      </Part>
      {plainStretch ? null : (
        <Part title="Stretches, rules and agreements">
          <Stretches charge={charge} />
        </Part>
      )}
      {charge.notes.length > 0 ? (
        <Part title="Notes">
          <ul className={classes.notes}>
            {charge.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Part>
      ) : null}
    </>
  );
}

function UsageByDay({ days }: { days: UsageDay[] }) {
  const reader = useReader();
  const counts = days.every(({ sum }) => /^-?0(\.0+)?$/.test(sum));
  const points = useMemo(
    () =>
      days.map(({ day, events, sum }) => ({
        label: formatDay(day, reader),
        short: formatShortDay(day, reader),
        values: { figure: counts ? String(events) : sum },
      })),
    [days, counts, reader],
  );
  const columns = useMemo<ColumnDef<UsageDay>[]>(
    () => [
      { accessorKey: 'day', header: 'Day', cell: ({ row }) => formatDay(row.original.day, reader) },
      { accessorKey: 'events', header: 'Events', meta: { numeric: true } },
      {
        accessorKey: 'sum',
        header: 'Sum of values',
        cell: ({ row }) => formatDecimal(row.original.sum, reader),
        meta: { numeric: true },
      },
    ],
    [reader],
  );
  return (
    <Chart
      kind="bars"
      label={counts ? 'Events by day' : 'Usage by day, in units of the meter'}
      height={160}
      points={points}
      series={[{ name: 'figure', label: counts ? 'Events' : 'Usage' }]}
      format={(value) => formatDecimal(value, reader)}
      table={<DataTable label="Usage by day" columns={columns} rows={days} rowKey={({ day }) => day} />}
    />
  );
}

const eventColumns: ColumnDef<UsageEvent>[] = [
  { id: 'occurred_at', header: 'Occurred', cell: ({ row }) => <Instant at={row.original.occurred_at} /> },
  { accessorKey: 'subject', header: 'Subject' },
  {
    id: 'data',
    header: 'Data',
    cell: ({ row }) => <code className={classes.data}>{JSON.stringify(row.original.data)}</code>,
  },
  { accessorKey: 'id', header: 'Id', meta: { wideOnly: true } },
  { accessorKey: 'source', header: 'Source', meta: { wideOnly: true } },
];

interface LineExplanationProps {
  /** Names the line among all that are fetched. */
  queryKey: readonly unknown[];
  load: (cursor: string | undefined) => Promise<Explanation>;
}

/** What a line is made of: price, tiers, rules, proration, usage by day, and the events behind it. */
export function LineExplanation({ queryKey, load }: LineExplanationProps) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Infinity,
  });
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <QueryView query={query} height={240}>
      {({ pages: [first] }) =>
        first === undefined ? null : (
          <Stack gap="md">
            {first.charge ? <ChargeParts charge={first.charge} explanation={first} /> : null}
            {first.facts && !first.charge ? (
              <Part title="Made from">
                <Facts facts={first.facts} />
              </Part>
            ) : null}
            {first.usage.length > 0 ? (
              <Part title="Usage by day">
                <UsageByDay days={first.usage} />
              </Part>
            ) : null}
            {first.event_count > 0 ? (
              <Part title={`Events (${String(first.event_count)})`}>
                <DataTable
                  label="Events behind the line, in the order they occurred"
                  columns={eventColumns}
                  rows={events}
                  rowKey={({ source, id }) => `${source} ${id}`}
                  sortable={false}
                />
                {query.hasNextPage ? (
                  <Button
                    mt="xs"
                    size="xs"
                    variant="default"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    More events ({events.length} of {first.event_count} shown)
                  </Button>
                ) : null}
              </Part>
            ) : null}
            <Text size="xs" c="dimmed">
              Priced by configuration version <Badge color="gray">{first.configuration_version}</Badge>
            </Text>
          </Stack>
        )
      }
    </QueryView>
  );
}
