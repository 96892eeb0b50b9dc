import type { ColumnDef } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { isDecimal } from '@/shared/format/decimal';
import { formatDecimal } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';

/** A published price as a table; cells that are words stay words. */
export function PriceTable({ label, table }: { label: string; table: Schemas['PriceTable'] }) {
  const reader = useReader();
  const columns = table.columns.map(({ title, numeric }, index): ColumnDef<string[]> => ({
    id: `${String(index)} ${title}`,
    header: title,
    cell: ({ row }) => {
      const cell = row.original[index] ?? '';
      return numeric && isDecimal(cell) ? formatDecimal(cell, reader) : cell;
    },
    meta: { numeric },
  }));
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={table.rows}
      rowKey={(cells) => cells.join(' | ')}
      sortable={false}
      compact
    />
  );
}
