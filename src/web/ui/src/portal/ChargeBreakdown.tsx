import { Anchor } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import type { Schemas } from '@/shared/api/client';
import { approximately, compare, percentOf, subtract } from '@/shared/format/decimal';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { pageOf, useCustomer } from './customer';
import classes from './OverviewPage.module.css';

type Overview = Schemas['Overview'];
type Charge = Overview['charges'][number];

function width(part: string, whole: string): string {
  const percent = percentOf(part, whole, 0);
  return `${String(Math.max(1, Math.min(100, approximately(percent ?? '0'))))}%`;
}

/** What this month costs so far, by charge; each leads to its lines. */
export function ChargeBreakdown({ overview, currency }: { overview: Overview; currency: string }) {
  const { customer } = useCustomer();
  const columns = useMemo<ColumnDef<Charge>[]>(() => {
    const largest = overview.charges.reduce(
      (most, { amount }) => (compare(amount, most) > 0 ? amount : most),
      '0',
    );
    const interim = pageOf(customer.key, 'interim');
    return [
      {
        id: 'title',
        accessorKey: 'title',
        header: 'Charge',
        cell: ({ row: { original } }) => (
          <>
            <Anchor
              component={Link}
              size="sm"
              to={`${interim}?as_of=${encodeURIComponent(overview.as_of)}&line=${String(original.lines[0] ?? 1)}`}
            >
              {original.title}
            </Anchor>
            <span className={classes.share} style={{ width: width(original.amount, largest) }} />
          </>
        ),
      },
      {
        id: 'amount',
        accessorKey: 'amount',
        header: 'So far',
        sortingFn: byDecimal,
        cell: ({ row }) => <Money amount={row.original.amount} />,
        meta: { numeric: true },
      },
      {
        id: 'same_day',
        accessorFn: ({ same_day: sameDay }) => sameDay ?? '0',
        header: 'Last month',
        sortingFn: byDecimal,
        cell: ({ row: { original } }) => (original.same_day ? <Money amount={original.same_day} /> : '—'),
        meta: { numeric: true, wideOnly: true },
      },
      {
        id: 'difference',
        accessorFn: ({ amount, same_day: sameDay }) => subtract(amount, sameDay ?? '0'),
        header: 'Difference',
        sortingFn: byDecimal,
        cell: ({ getValue }) => <Money amount={getValue<string>()} />,
        meta: { numeric: true, wideOnly: true },
      },
      {
        id: 'projected',
        accessorFn: ({ projected }) => projected ?? '0',
        header: 'Projected',
        sortingFn: byDecimal,
        cell: ({ row: { original } }) => (original.projected ? <Money amount={original.projected} /> : '—'),
        meta: { numeric: true },
      },
    ];
  }, [overview, customer.key]);
  const { so_far: soFar, same_day: sameDay, projected } = overview;
  return (
    <Section title={`Cost by charge, ${currency}`}>
      <DataTable
        label={`What this month costs so far by charge, in ${currency}`}
        columns={columns}
        rows={overview.charges}
        rowKey={({ charge, title }) => `${charge} ${title}`}
        empty="Nothing has been charged this month."
        footer={
          soFar ? (
            <tr>
              <th scope="row">Sum</th>
              <td data-numeric>
                <strong>
                  <Money amount={soFar.subtotal} />
                </strong>
              </td>
              <td data-numeric data-wide-only>
                {sameDay ? <Money amount={sameDay.subtotal} /> : '—'}
              </td>
              <td data-numeric data-wide-only>
                {sameDay ? <Money amount={subtract(soFar.subtotal, sameDay.subtotal)} /> : '—'}
              </td>
              <td data-numeric>{projected ? <Money amount={projected.subtotal} /> : '—'}</td>
            </tr>
          ) : null
        }
      />
    </Section>
  );
}
