import { Anchor } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import type { Schemas } from '@/shared/api/client';
import { formatMoney, formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Chart } from '@/shared/ui/Chart';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { pageOf, useCustomer } from './customer';

type Month = Schemas['Overview']['trend'][number];

const series = [{ name: 'subtotal', label: 'Cost' }];

/** Twelve months as bars, and as a table that leads to the documents. */
export function Trend({ months, currency }: { months: Month[]; currency: string }) {
  const reader = useReader();
  const { customer } = useCustomer();
  const points = useMemo(
    () =>
      months.map(({ month, subtotal, interim }) => ({
        label: formatMonth(month, reader, 'short'),
        values: { subtotal },
        muted: interim,
      })),
    [months, reader],
  );
  const columns = useMemo<ColumnDef<Month>[]>(
    () => [
      {
        accessorKey: 'month',
        header: 'Month',
        cell: ({ row: { original } }) =>
          formatMonth(original.month, reader) + (original.interim ? ' (so far)' : ''),
      },
      {
        accessorKey: 'subtotal',
        header: currency,
        sortingFn: byDecimal,
        cell: ({ row }) => <Money amount={row.original.subtotal} />,
        meta: { numeric: true },
      },
      {
        id: 'documents',
        header: 'Invoices',
        enableSorting: false,
        cell: ({ row: { original } }) =>
          original.documents.map((number, index) => (
            <span key={number}>
              {index > 0 ? ', ' : ''}
              <Anchor component={Link} size="sm" to={pageOf(customer.key, 'invoices', number)}>
                {number}
              </Anchor>
            </span>
          )),
      },
    ],
    [reader, currency, customer.key],
  );
  const label = `Cost of twelve months, ${currency}`;
  return (
    <Section title={label}>
      <Chart
        kind="bars"
        label={label}
        points={points}
        series={series}
        format={(value) => formatMoney(value, currency, reader)}
        table={<DataTable label={label} columns={columns} rows={months} rowKey={({ month }) => month} />}
      />
    </Section>
  );
}
