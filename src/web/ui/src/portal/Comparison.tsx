import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { subtract } from '@/shared/format/decimal';
import { formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';

type Compared = Schemas['InterimInvoice']['comparison'];
type Charge = Schemas['ComparedCharge'];

function amountColumn(id: 'amount' | 'last_month' | 'difference', header: string): ColumnDef<Charge> {
  return {
    id,
    accessorFn: (charge) => charge[id] ?? '0',
    header,
    sortingFn: byDecimal,
    cell: ({ row: { original } }) => {
      const amount = original[id];
      return amount === null ? '—' : <Money amount={amount} />;
    },
    meta: { numeric: true },
  };
}

/** This month so far beside what was billed for the month before. */
export function Comparison({ comparison, currency }: { comparison: Compared; currency: string }) {
  const reader = useReader();
  const month = formatMonth(comparison.month, reader);
  const lastMonth = formatMonth(comparison.last_month, reader);
  const columns = useMemo<ColumnDef<Charge>[]>(
    () => [
      { accessorKey: 'title', header: 'Charge' },
      amountColumn('amount', `${month} so far`),
      amountColumn('last_month', lastMonth),
      amountColumn('difference', 'Difference'),
    ],
    [month, lastMonth],
  );
  const { subtotal, last_subtotal: lastSubtotal } = comparison;
  return (
    <Section title={`${month} beside ${lastMonth}, ${currency}`}>
      <DataTable
        label={`${month} so far beside ${lastMonth}, in ${currency}`}
        columns={columns}
        rows={comparison.charges}
        rowKey={({ charge, title }) => `${charge} ${title}`}
        footer={
          <tr>
            <th scope="row">Sum</th>
            <td data-numeric>
              <Money amount={subtotal} />
            </td>
            <td data-numeric>{lastSubtotal === null ? 'not billed' : <Money amount={lastSubtotal} />}</td>
            <td data-numeric>
              {lastSubtotal === null ? '—' : <Money amount={subtract(subtotal, lastSubtotal)} />}
            </td>
          </tr>
        }
      />
    </Section>
  );
}
