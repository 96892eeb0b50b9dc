import { Text } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { add, compare, subtract } from '@/shared/format/decimal';
import { formatDecimal } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Money, Quantity } from '@/shared/ui/Money';
import type { Division, Share } from './allocationQueries';

const bases: Record<Division['basis'], string> = {
  usage: 'by usage',
  percent: 'by given percentages',
  equal: 'equally',
  unused: 'equally, since nobody used anything',
  minimum: 'the least that everybody bears',
};

/** So many digits of a fraction tell it apart; the amount is exact. */
const shownDigits = 8;

function shortened(fraction: string): string {
  const point = fraction.indexOf('.');
  return point < 0 ? fraction : fraction.slice(0, point + 1 + shownDigits);
}

/** How a share came about: each division on the way from the pool to the customer. */
export function ShareExplanation({ share, currency }: { share: Share; currency: string }) {
  const reader = useReader();
  const { meters, divisions } = share.facts;
  // Of as many digits as the share has: stored facts leave zeros at the end out.
  const zero = subtract(share.amount, share.amount);
  const columns = useMemo<ColumnDef<Division>[]>(
    () => [
      { accessorKey: 'part', header: 'Part' },
      {
        id: 'whole',
        header: `Of ${currency}`,
        cell: ({ row: { original } }) => <Money amount={add(original.whole, zero)} />,
        meta: { numeric: true },
      },
      { id: 'basis', header: 'Divided', cell: ({ row: { original } }) => bases[original.basis] },
      {
        id: 'used',
        header: 'Used, of all',
        cell: ({ row: { original } }) =>
          original.used.map(({ quantity, total }, index) => (
            <div key={meters[index]?.meter ?? index}>
              {meters[index] ? `${meters[index].meter}: ` : ''}
              <Quantity value={quantity} /> of <Quantity value={total} />
              {meters.length > 1 && meters[index] ? ` × ${meters[index].weight}` : ''}
            </div>
          )),
      },
      {
        id: 'fraction',
        header: 'Fraction',
        cell: ({ row: { original } }) => (
          <span title={`${original.fraction} of ${original.of}`}>
            {formatDecimal(shortened(original.fraction), reader)}
            {compare(shortened(original.of), '1') === 0
              ? ''
              : ` of ${formatDecimal(shortened(original.of), reader)}`}
          </span>
        ),
        meta: { numeric: true },
      },
      {
        id: 'amount',
        header: currency,
        cell: ({ row: { original } }) => <Money amount={add(original.amount, zero)} />,
        meta: { numeric: true },
      },
    ],
    [currency, meters, reader, zero],
  );
  return (
    <>
      <Text size="sm" mb={6}>
        {share.description}
      </Text>
      <DataTable
        label={`Divisions that lead to the share of ${share.customer}`}
        columns={columns}
        rows={divisions}
        rowKey={({ part, basis, amount }) => `${part} ${basis} ${amount}`}
        sortable={false}
        empty="It is not divided further."
      />
      {divisions.some((division) => division.one_more) ? (
        <Text size="xs" c="dimmed" mt={4}>
          The amount is the fraction of the whole, cut to the smallest coin; one coin more by the largest
          remainder, so that all shares sum to the pool.
        </Text>
      ) : null}
    </>
  );
}
