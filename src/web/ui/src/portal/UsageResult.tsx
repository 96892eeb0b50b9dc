import { Text } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { compare, sum } from '@/shared/format/decimal';
import { formatDay, formatDecimal, formatInstant, formatMonth, dayIn } from '@/shared/format/format';
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

/** Writes the start of a window of the usage's zone. */
function useWindowName(usage: Usage) {
  const reader = useReader();
  return (row: Row) => {
    const day = dayIn(usage.zone, new Date(row.starts_at));
    switch (usage.window) {
      case 'MONTH':
        return formatMonth(day.slice(0, 7), reader);
      case 'DAY':
        return formatDay(day, reader);
      case 'HOUR':
        return formatInstant(row.starts_at, { ...reader, zone: usage.zone });
      default:
        return `${formatInstant(row.starts_at, reader)} – ${formatInstant(row.ends_at, reader)}`;
    }
  };
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
  const windowName = useWindowName(usage);
  const grouped = usage.group_by.length > 0;
  const groups = useMemo(() => largestGroups(usage), [usage]);
  const series = groups.slice(0, drawnGroups).map((name) => ({ name, label: grouped ? name : usage.title }));
  const byWindow = new Map<string, Record<string, string>>();
  for (const row of usage.rows) {
    const label = windowName(row);
    const values = byWindow.get(label) ?? {};
    values[groupName(row.group)] = row.quantity;
    byWindow.set(label, values);
  }
  const points = [...byWindow].map(([label, values]) => ({ label, values }));
  const columns: ColumnDef<Row>[] = [
    {
      id: 'starts_at',
      accessorKey: 'starts_at',
      header: 'When',
      cell: ({ row }) => windowName(row.original),
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
