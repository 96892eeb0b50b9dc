import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { formatInstant } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Section } from '@/shared/ui/Page';
import { useCustomer } from './customer';
import { alertsQuery } from './queries';

type Alert = Schemas['Alert'];

const shownAlerts = 10;

/** The last thresholds of budgets that months reached; nothing where there are none. */
export function Alerts() {
  const { customer } = useCustomer();
  const reader = useReader();
  const { data } = useQuery(alertsQuery(customer.key));
  const columns = useMemo<ColumnDef<Alert>[]>(
    () => [
      {
        accessorKey: 'told_at',
        header: 'Told',
        cell: ({ row: { original } }) => formatInstant(original.told_at, reader),
      },
      { accessorKey: 'text', header: 'What', enableSorting: false },
    ],
    [reader],
  );
  if (!data || data.items.length === 0) return null;
  return (
    <Section title="Budget alerts">
      <DataTable
        label="Thresholds of budgets that months reached"
        columns={columns}
        rows={data.items.slice(0, shownAlerts)}
        rowKey={({ number }) => String(number)}
        empty="No budget has reached a threshold."
      />
    </Section>
  );
}
