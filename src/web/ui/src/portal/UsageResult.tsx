import { Text } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { compare, sum } from '@/shared/format/decimal';
import {
  dayAfter,
  dayIn,
  formatDay,
  formatDecimal,
  formatInstant,
  formatMonth,
  formatShortDay,
} from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Chart } from '@/shared/ui/Chart';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Quantity } from '@/shared/ui/Money';
import { Empty } from '@/shared/ui/states';

type Usage = Schemas['Usage'];
type Row = Usage['rows'][number];

const drawnGroups = 6;
const addsUp = new Set(['sum', 'count', 'time-weighted-sum', 'heartbeat', 'counter']);

function groupName(group: string[]): string {
  return group.map((value) => value || '(none)').join(', ');
}

/** Writes the start of a window of the usage's zone, in full and for an axis. */
function useWindowNames(usage: Usage) {
  const reader = useReader();
  return ({
    starts_at: start,
    ends_at: end,
  }: Pick<Row, 'starts_at' | 'ends_at'>): { label: string; short: string } => {
    const day = dayIn(usage.zone, new Date(start));
    switch (usage.window) {
      case 'MONTH':
        return {
          label: formatMonth(day.slice(0, 7), reader),
          short: formatMonth(day.slice(0, 7), reader, 'short'),
        };
      case 'DAY':
        return { label: formatDay(day, reader), short: formatShortDay(day, reader) };
      case 'HOUR':
        return {
          label: formatInstant(start, { ...reader, zone: usage.zone }),
          short: formatShortDay(day, reader),
        };
      default: {
        const whole = `${formatInstant(start, reader)} – ${formatInstant(end, reader)}`;
        return { label: whole, short: '' };
      }
    }
  };
}

/** Starts of all windows from the first to the last that has something: the days without usage are shown too. */
function windowsOf(usage: Usage): Pick<Row, 'starts_at' | 'ends_at'>[] {
  const first = usage.rows[0];
  const last = usage.rows.at(-1);
  if (!first || !last || usage.window !== 'DAY') {
    return [...new Map(usage.rows.map((row) => [row.starts_at, row])).values()];
  }
  const known = new Map(usage.rows.map((row) => [dayIn(usage.zone, new Date(row.starts_at)), row]));
  const days: Pick<Row, 'starts_at' | 'ends_at'>[] = [];
  const end = dayIn(usage.zone, new Date(last.starts_at));
  for (let day = dayIn(usage.zone, new Date(first.starts_at)); day <= end; day = dayAfter(day)) {
    const noon = `${day}T12:00:00Z`;
    days.push(known.get(day) ?? { starts_at: noon, ends_at: noon });
  }
  return days;
}

/** The groups that used most, at most as many as colours can be told apart. */
function largestGroups(usage: Usage): string[] {
  const totals = new Map<string, string[]>();
  for (const { group, quantity } of usage.rows) {
    const name = groupName(group);
    totals.set(name, [...(totals.get(name) ?? []), quantity]);
  }
  return [...totals]
    .map(([name, quantities]) => ({ name, total: sum(quantities) }))
    .sort((a, b) => compare(b.total, a.total))
    .map(({ name }) => name);
}

interface UsageResultProps {
  usage: Usage;
  aggregation: Schemas['CustomerMeter']['aggregation'];
}

/** What a meter measured, as a picture by window and as a table. */
export function UsageResult({ usage, aggregation }: UsageResultProps) {
  const reader = useReader();
  const windowNames = useWindowNames(usage);
  const grouped = usage.group_by.length > 0;
  const groups = useMemo(() => largestGroups(usage), [usage]);
  const series = groups.slice(0, drawnGroups).map((name) => ({ name, label: grouped ? name : usage.title }));
  const byWindow = new Map<string, Record<string, string>>();
  for (const row of usage.rows) {
    const values = byWindow.get(row.starts_at) ?? {};
    values[groupName(row.group)] = row.quantity;
    byWindow.set(row.starts_at, values);
  }
  const points = windowsOf(usage).map((window) => ({
    ...windowNames(window),
    values: byWindow.get(window.starts_at) ?? {},
  }));
  const columns: ColumnDef<Row>[] = [
    {
      id: 'starts_at',
      accessorKey: 'starts_at',
      header: 'When',
      cell: ({ row }) => windowNames(row.original).label,
    },
    ...usage.group_by.map((name, index): ColumnDef<Row> => ({
      id: `group-${name}`,
      accessorFn: ({ group }) => group[index] ?? '',
      header: name,
      cell: ({ getValue }) => getValue<string>() || '(none)',
    })),
    {
      accessorKey: 'quantity',
      header: usage.unit || 'Quantity',
      sortingFn: byDecimal,
      cell: ({ row }) => <Quantity value={row.original.quantity} />,
      meta: { numeric: true },
    },
  ];
  if (usage.rows.length === 0) return <Empty title="Nothing was measured in this range" />;
  const label = `${usage.title}${usage.unit ? `, ${usage.unit}` : ''}`;
  return (
    <Chart
      kind="bars"
      stacked={grouped && addsUp.has(aggregation)}
      label={label}
      height={320}
      points={points}
      series={series}
      format={(value) => formatDecimal(value, reader)}
      aside={
        <Text size="sm" c="dimmed">
          {addsUp.has(aggregation) ? (
            <>
              In all: <Quantity value={sum(usage.rows.map(({ quantity }) => quantity))} unit={usage.unit} />
            </>
          ) : null}
          {groups.length > drawnGroups
            ? `. The picture has the ${String(drawnGroups)} largest of ${String(groups.length)} groups, the table all.`
            : ''}
        </Text>
      }
      table={
        <DataTable
          label={label}
          columns={columns}
          rows={usage.rows}
          rowKey={({ starts_at: start, group }) => `${start} ${groupName(group)}`}
        />
      }
    />
  );
}
