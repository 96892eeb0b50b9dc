import { Anchor, Badge, Group, Text, TextInput } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import { answer, api, type Schemas } from '@/shared/api/client';
import { formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Day } from '@/shared/ui/Day';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Filters } from '@/shared/ui/Filters';
import { Money } from '@/shared/ui/Money';
import { Empty, QueryView } from '@/shared/ui/states';
import { InvoiceStateBadge } from './InvoiceStateBadge';

type Sum = Schemas['CollectiveSum'];
type Collected = Schemas['CollectedDocument'];
type Below = Schemas['SubtreeCustomer'];

const asMonth = /^\d{4}-\d{2}$/;

/** Addresses of the pages of one that is below. */
export interface PagesBelow {
  customer: (key: string) => string;
  document: (key: string, number: string) => string;
}

/** A customer and all below it. */
export const subtreeQuery = (customer: string) =>
  queryOptions({
    queryKey: ['customer', customer, 'subtree'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/customers/{customer}/subtree', { params: { path: { customer } }, signal })),
  });

const belowColumn = createColumnHelper<Below>();

/** All that are below a customer, each behind its parent. */
export function CustomersBelow({ customer, pages }: { customer: string; pages: PagesBelow }) {
  const query = useQuery(subtreeQuery(customer));
  const columns = useMemo(
    () => [
      belowColumn.accessor('customer', {
        header: 'Customer',
        cell: ({ row: { original } }) => (
          <span style={{ paddingLeft: `${String(Math.max(0, original.depth - 1))}em` }}>
            <Anchor component={Link} size="sm" to={pages.customer(original.customer)}>
              {original.customer}
            </Anchor>
          </span>
        ),
      }),
      belowColumn.accessor('name', { header: 'Name' }),
      belowColumn.accessor('parent', { header: 'Below', meta: { wideOnly: true } }),
    ],
    [pages],
  );
  return (
    <QueryView query={query} height={160}>
      {({ items }) => (
        <DataTable
          label={`All below ${customer}`}
          columns={columns}
          rows={items.filter(({ depth }) => depth > 0)}
          rowKey={(one) => one.customer}
          sortable={false}
          empty={<Empty title="Nobody is below" />}
        />
      )}
    </QueryView>
  );
}

const column = createColumnHelper<Collected>();

function columnsOf(pages: PagesBelow) {
  return [
    column.accessor('number', {
      header: 'Document',
      cell: ({ row: { original } }) => (
        <Group gap={6}>
          <Anchor component={Link} size="sm" to={pages.document(original.customer, original.number)}>
            {original.number}
          </Anchor>
          {original.kind === 'credit-note' ? <Badge color="grape">credit note</Badge> : null}
        </Group>
      ),
    }),
    column.accessor('customer', {
      header: 'Of',
      cell: ({ row: { original } }) => (
        <Anchor component={Link} size="sm" to={pages.customer(original.customer)}>
          {original.customer}
        </Anchor>
      ),
    }),
    column.accessor('state', {
      header: 'State',
      meta: { wideOnly: true },
      cell: (cell) => <InvoiceStateBadge state={cell.getValue()} />,
    }),
    column.accessor('issued_on', {
      header: 'Issued',
      meta: { wideOnly: true },
      cell: (cell) => <Day day={cell.getValue()} />,
    }),
    column.accessor('due_on', {
      header: 'Due',
      meta: { wideOnly: true },
      cell: (cell) => <Day day={cell.getValue()} />,
    }),
    column.accessor('total', {
      header: 'Total',
      sortingFn: byDecimal,
      meta: { numeric: true, wideOnly: true },
      cell: (cell) => <Money amount={cell.getValue()} />,
    }),
    column.accessor('open_amount', {
      header: 'Left to pay',
      sortingFn: byDecimal,
      meta: { numeric: true },
      cell: (cell) => <Money amount={cell.getValue()} />,
    }),
  ];
}

function SumView({ sum, month, pages }: { sum: Sum; month: string; pages: PagesBelow }) {
  const columns = useMemo(() => columnsOf(pages), [pages]);
  const reader = useReader();
  return (
    <DataTable
      label={`Documents of ${formatMonth(month, reader)}, ${sum.currency}`}
      columns={columns}
      rows={sum.documents}
      rowKey={({ number }) => number}
      footer={
        <tr>
          <th scope="row">Sum, {sum.currency}</th>
          <td />
          <td data-wide-only />
          <td data-wide-only />
          <td data-wide-only />
          <td data-wide-only data-numeric>
            <Money amount={sum.total} />
          </td>
          <td data-numeric>
            <strong>
              <Money amount={sum.to_pay} currency={sum.currency} />
            </strong>
          </td>
        </tr>
      }
    />
  );
}

interface CollectiveStatementProps {
  customer: string;
  /** In which the documents were issued: "2026-11". */
  month: string;
  onMonth: (month: string) => void;
  pages: PagesBelow;
}

/** Documents of a customer and all below it of a month, with one sum to pay for each currency. */
export function CollectiveStatement({ customer, month, onMonth, pages }: CollectiveStatementProps) {
  const query = useQuery({
    queryKey: ['customer', customer, 'collective-statement', month],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/collective-statement', {
          params: { path: { customer }, query: { month } },
          signal,
        }),
      ),
    enabled: asMonth.test(month),
  });
  return (
    <>
      <Filters>
        <TextInput
          type="month"
          label="Month of issue"
          value={month}
          onChange={(event) => {
            onMonth(event.currentTarget.value);
          }}
        />
        <DownloadButton
          label="CSV"
          accessibleLabel="CSV of the collective statement"
          path={`/api/v1/customers/${encodeURIComponent(customer)}/collective-statement?month=${month}`}
          type="text/csv"
          name={`collective-${customer}-${month}.csv`}
          disabled={!asMonth.test(month)}
        />
      </Filters>
      {asMonth.test(month) ? (
        <QueryView query={query} height={240}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing was issued in this month" />
            ) : (
              items.map((sum) => <SumView key={sum.currency} sum={sum} month={month} pages={pages} />)
            )
          }
        </QueryView>
      ) : (
        <Empty title="Which month?" />
      )}
      <Text size="sm" c="dimmed" mt="sm">
        Each stays a document of its own: pay them at once by naming the numbers of all.
      </Text>
    </>
  );
}
