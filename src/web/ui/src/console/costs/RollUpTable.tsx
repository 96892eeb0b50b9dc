import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Month } from '@/shared/ui/Day';
import { Money } from '@/shared/ui/Money';
import { Empty } from '@/shared/ui/states';
import { monthsOf, type RolledUpCost, type RolledUpMonth } from './rollUp';

const chargeColumn = createColumnHelper<RolledUpCost>();
const chargeColumns = [
  chargeColumn.accessor('charge', {
    header: 'Charge',
    cell: (cell) => <span className="breakable">{cell.getValue()}</span>,
  }),
  chargeColumn.accessor('billed_with_below', {
    header: 'Billed',
    sortingFn: byDecimal,
    meta: { numeric: true },
    cell: ({ row: { original } }) => (
      <Money amount={original.billed_with_below} currency={original.currency} />
    ),
  }),
  chargeColumn.accessor('shown_with_below', {
    header: 'Shown',
    sortingFn: byDecimal,
    meta: { numeric: true },
    cell: ({ row: { original } }) => (
      <Money amount={original.shown_with_below} currency={original.currency} />
    ),
  }),
];

const column = createColumnHelper<RolledUpMonth>();

function columnsOf(header: string) {
  return [
    column.accessor('node', {
      header,
      enableSorting: false,
      cell: ({ row: { original } }) => (
        <span style={{ paddingLeft: `${String(original.depth)}em` }}>{original.node}</span>
      ),
    }),
    column.accessor('month', { header: 'Month', cell: (cell) => <Month month={cell.getValue()} /> }),
    column.accessor('billed', {
      header: 'Billed, alone',
      sortingFn: byDecimal,
      meta: { numeric: true, wideOnly: true },
      cell: ({ row: { original } }) => <Money amount={original.billed} currency={original.currency} />,
    }),
    column.accessor('billedWithBelow', {
      header: 'Billed in all',
      sortingFn: byDecimal,
      meta: { numeric: true },
      cell: ({ row: { original } }) => (
        <Money amount={original.billedWithBelow} currency={original.currency} />
      ),
    }),
    column.accessor('shownWithBelow', {
      header: 'Shown in all',
      sortingFn: byDecimal,
      meta: { numeric: true, wideOnly: true },
      cell: ({ row: { original } }) => (
        <Money amount={original.shownWithBelow} currency={original.currency} />
      ),
    }),
  ];
}

interface RollUpTableProps {
  label: string;
  /** What the rows are: "Cost centre". */
  what: string;
  items: RolledUpCost[];
}

/** What each of a tree cost by month; a row opens to its charges. */
export function RollUpTable({ label, what, items }: RollUpTableProps) {
  const rows = useMemo(() => monthsOf(items), [items]);
  const columns = useMemo(() => columnsOf(what), [what]);
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      rowKey={({ node, month, currency }) => `${node} ${month} ${currency}`}
      detail={({ node, month, currency, charges }) => (
        <DataTable
          label={`Charges of ${node}, ${month}, ${currency}, with all below`}
          columns={chargeColumns}
          rows={charges}
          rowKey={({ charge }) => charge}
        />
      )}
      empty={
        <Empty title="Nothing was issued for these months">
          A month is here once its documents are issued.
        </Empty>
      }
    />
  );
}
