import { Badge, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';

interface Row {
  namespace: string;
  deliveries: Schemas['Deliveries'];
}

const parts = ['received', 'counted', 'duplicate', 'quarantined', 'dropped'] as const;
const column = createColumnHelper<Row>();

function Count({ value }: { value: number }) {
  const { locale } = useReader();
  return <span className="tabular">{value.toLocaleString(locale)}</span>;
}

const columns = [
  column.accessor('namespace', { header: 'Namespace' }),
  ...parts.map((part) =>
    column.accessor((row) => row.deliveries[part], {
      id: part,
      header: part.charAt(0).toUpperCase() + part.slice(1),
      meta: { numeric: true, wideOnly: part === 'duplicate' || part === 'dropped' },
      cell: (cell) => <Count value={cell.getValue()} />,
    }),
  ),
  column.accessor((row) => row.deliveries.holds, {
    id: 'holds',
    header: 'Adds up',
    cell: (cell) => (cell.getValue() ? <Badge color="green">yes</Badge> : <Badge color="red">no</Badge>),
  }),
];

/** received = counted + duplicate + quarantined + dropped, in all and by namespace. */
export function Conservation({ metering }: { metering: Schemas['MeteringState'] }) {
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Received = counted + duplicate + quarantined + dropped.
      </Text>
      <DataTable
        label="What became of the events received"
        columns={columns}
        rows={[{ namespace: 'all', deliveries: metering.deliveries }, ...metering.namespaces]}
        rowKey={(row) => row.namespace}
        sortable={false}
      />
    </>
  );
}
