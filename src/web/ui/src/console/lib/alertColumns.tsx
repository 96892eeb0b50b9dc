import { Badge } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { Month } from '@/shared/ui/Day';
import { Instant, Money } from '@/shared/ui/Money';

/** What alerts have in common, of whomever they are. */
type Told = Omit<Schemas['Alert'], 'customer'>;

/** Columns of thresholds that months reached, behind the one that says whose. */
export function alertColumns<Alert extends Told>(): ColumnDef<Alert>[] {
  return [
    { id: 'text', header: 'What', cell: ({ row: { original } }) => original.text },
    {
      id: 'on',
      header: 'On',
      meta: { wideOnly: true },
      cell: ({ row: { original } }) =>
        original.on === 'actual' ? <Badge color="orange">spent</Badge> : <Badge color="blue">forecast</Badge>,
    },
    {
      id: 'month',
      header: 'Month',
      meta: { wideOnly: true },
      cell: ({ row: { original } }) => <Month month={original.month} />,
    },
    {
      id: 'budget',
      header: 'Budget',
      meta: { numeric: true, wideOnly: true },
      cell: ({ row: { original } }) => <Money amount={original.budget} currency={original.currency} />,
    },
    {
      id: 'spent',
      header: 'Cost',
      meta: { numeric: true, wideOnly: true },
      cell: ({ row: { original } }) => <Money amount={original.spent} currency={original.currency} />,
    },
    {
      id: 'told',
      header: 'Told',
      meta: { wideOnly: true },
      cell: ({ row: { original } }) => <Instant at={original.told_at} />,
    },
  ];
}
