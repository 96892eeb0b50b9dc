import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { subtreeQuery } from '@/receivables/CollectiveStatement';
import { InvoiceStateBadge } from '@/receivables/InvoiceStateBadge';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { negate, sign } from '@/shared/format/decimal';
import { formatDay, formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { TabPages } from '@/shared/ui/TabPages';
import { Empty, QueryView } from '@/shared/ui/states';
import { apiPathOf, useCustomer } from './customer';
import { DocumentLink } from './DocumentLink';
import { Group } from './Group';
import { balanceQuery, creditsQuery, customerKey } from './queries';
import { Reminders } from './Reminders';

type Summary = Schemas['InvoiceSummary'];
type Payment = Schemas['Payment'];
type CreditAccount = Schemas['CreditAccount'];
type Movement = CreditAccount['movements'][number];

function Balances() {
  const { customer } = useCustomer();
  const query = useQuery(balanceQuery(customer.key));
  return (
    <QueryView query={query} height={24}>
      {({ items }) => (
        <>
          {items.map(({ currency, balance, overdue }) => (
            <Text key={currency}>
              {sign(balance) < 0 ? 'Your credit: ' : 'Open balance: '}
              <strong>
                <Money amount={sign(balance) < 0 ? negate(balance) : balance} currency={currency} />
              </strong>
              {sign(overdue) > 0 ? (
                <Text span c="var(--mantine-color-error)" fw={600}>
                  , <Money amount={overdue} currency={currency} /> of it overdue
                </Text>
              ) : null}
            </Text>
          ))}
        </>
      )}
    </QueryView>
  );
}

function Invoices() {
  const { customer } = useCustomer();
  const reader = useReader();
  const { query, items, more } = usePages<Summary>([...customerKey(customer.key), 'invoices'], (cursor) =>
    answer(
      api.GET('/api/v1/customers/{customer}/invoices', {
        params: { path: { customer: customer.key }, query: cursor === undefined ? {} : { cursor } },
      }),
    ),
  );
  const columns = useMemo<ColumnDef<Summary>[]>(
    () => [
      {
        accessorKey: 'number',
        header: 'Number',
        cell: ({ row }) => <DocumentLink number={row.original.number} />,
      },
      {
        accessorKey: 'state',
        header: 'State',
        cell: ({ row }) => <InvoiceStateBadge state={row.original.state} />,
      },
      {
        id: 'periods',
        header: 'Periods',
        cell: ({ row }) => row.original.periods.join(', '),
        enableSorting: false,
        meta: { wideOnly: true },
      },
      {
        accessorKey: 'issued_on',
        header: 'Issued',
        cell: ({ row }) => formatDay(row.original.issued_on, reader),
        meta: { wideOnly: true },
      },
      {
        accessorKey: 'due_on',
        header: 'Due',
        cell: ({ row }) => formatDay(row.original.due_on, reader),
        meta: { wideOnly: true },
      },
      {
        accessorKey: 'open_amount',
        header: 'Left to pay',
        sortingFn: byDecimal,
        cell: ({ row: { original } }) => <Money amount={original.open_amount} currency={original.currency} />,
        meta: { numeric: true, wideOnly: true },
      },
      {
        accessorKey: 'total',
        header: 'Total',
        sortingFn: byDecimal,
        cell: ({ row: { original } }) => <Money amount={original.total} currency={original.currency} />,
        meta: { numeric: true },
      },
    ],
    [reader],
  );
  return (
    <QueryView query={query} height={320}>
      {() => (
        <DataTable
          label="Invoices and credit notes, the last first"
          columns={columns}
          rows={items ?? []}
          rowKey={({ number }) => number}
          more={more}
          empty={
            <Empty title="No invoices yet">
              The first one comes with the first run after a period ended. Until then: the interim invoice.
            </Empty>
          }
        />
      )}
    </QueryView>
  );
}

function Payments() {
  const { customer } = useCustomer();
  const reader = useReader();
  const { query, items, more } = usePages<Payment>([...customerKey(customer.key), 'payments'], (cursor) =>
    answer(
      api.GET('/api/v1/customers/{customer}/payments', {
        params: { path: { customer: customer.key }, query: cursor === undefined ? {} : { cursor } },
      }),
    ),
  );
  const columns = useMemo<ColumnDef<Payment>[]>(
    () => [
      {
        accessorKey: 'received_on',
        header: 'Received',
        cell: ({ row }) => formatDay(row.original.received_on, reader),
      },
      { accessorKey: 'reference', header: 'Reference' },
      { accessorKey: 'note', header: 'Note', meta: { wideOnly: true } },
      {
        accessorKey: 'document',
        header: 'For',
        cell: ({ row }) => <DocumentLink number={row.original.document} />,
        meta: { wideOnly: true },
      },
      {
        accessorKey: 'shown_on',
        header: 'Shown on',
        cell: ({ row }) => <DocumentLink number={row.original.shown_on} />,
        meta: { wideOnly: true },
      },
      {
        accessorKey: 'amount',
        header: 'Amount',
        sortingFn: byDecimal,
        cell: ({ row: { original } }) => <Money amount={original.amount} currency={original.currency} />,
        meta: { numeric: true },
      },
    ],
    [reader],
  );
  return (
    <QueryView query={query} height={240}>
      {() => (
        <DataTable
          label="Payments, the last first"
          columns={columns}
          rows={items ?? []}
          rowKey={({ payment }) => String(payment)}
          more={more}
          empty={<Empty title="No payments yet" />}
        />
      )}
    </QueryView>
  );
}

const movementWords: Record<Movement['kind'], string> = {
  grant: 'granted',
  draw: 'drawn',
  reverse: 'given back',
  lapse: 'lapsed',
};

function Movements({ account }: { account: CreditAccount }) {
  const reader = useReader();
  const columns = useMemo<ColumnDef<Movement>[]>(
    () => [
      {
        accessorKey: 'booked_on',
        header: 'Day',
        cell: ({ row }) => formatDay(row.original.booked_on, reader),
      },
      { id: 'kind', header: 'What', cell: ({ row }) => movementWords[row.original.kind] },
      {
        id: 'document',
        header: 'Invoice',
        cell: ({ row }) => <DocumentLink number={row.original.document} />,
      },
      {
        accessorKey: 'amount',
        header: account.credit.currency,
        cell: ({ row }) => <Money amount={row.original.amount} />,
        meta: { numeric: true },
      },
    ],
    [reader, account.credit.currency],
  );
  return (
    <DataTable
      label={`Movements of ${account.credit.title}`}
      columns={columns}
      rows={account.movements}
      rowKey={(movement) => JSON.stringify(movement)}
      sortable={false}
    />
  );
}

function Credits() {
  const { customer } = useCustomer();
  const reader = useReader();
  const query = useQuery(creditsQuery(customer.key));
  const columns = useMemo<ColumnDef<CreditAccount>[]>(
    () => [
      { id: 'title', accessorFn: ({ credit }) => credit.title, header: 'Title' },
      { id: 'kind', accessorFn: ({ credit }) => credit.kind, header: 'Kind', meta: { wideOnly: true } },
      {
        id: 'expires',
        accessorFn: ({ credit }) => credit.expires_on ?? '',
        header: 'Expires',
        cell: ({ row: { original } }) =>
          original.credit.expires_on ? formatDay(original.credit.expires_on, reader) : 'never',
        meta: { wideOnly: true },
      },
      { id: 'usable', accessorFn: ({ usable }) => (usable ? 'yes' : 'no'), header: 'Usable today' },
      {
        id: 'left',
        header: 'Left',
        enableSorting: false,
        cell: ({
          row: {
            original: { credit },
          },
        }) =>
          credit.amount_left !== null ? (
            <Money amount={credit.amount_left} currency={credit.currency} />
          ) : credit.percent !== null ? (
            formatPercent(credit.percent, reader)
          ) : (
            '—'
          ),
        meta: { numeric: true },
      },
    ],
    [reader],
  );
  return (
    <QueryView query={query} height={160}>
      {({ items }) => (
        <DataTable
          label="Coupons and prepaid credits"
          columns={columns}
          rows={items}
          rowKey={({ credit }) => credit.key}
          detail={(account) => <Movements account={account} />}
          empty={<Empty title="No coupons and no prepaid credits" />}
        />
      )}
    </QueryView>
  );
}

const tabs = ['invoices', 'reminders', 'payments', 'credits', 'group'] as const;
type Tab = (typeof tabs)[number];
const tabTitles: Record<Tab, string> = {
  invoices: 'Invoices',
  reminders: 'Reminders',
  payments: 'Payments',
  credits: 'Credits',
  group: 'With all below',
};
const tabContents: Record<Tab, () => React.ReactNode> = {
  invoices: () => <Titled tab="invoices" content={<Invoices />} />,
  reminders: () => <Titled tab="reminders" content={<Reminders />} />,
  payments: () => <Titled tab="payments" content={<Payments />} />,
  credits: () => <Titled tab="credits" content={<Credits />} />,
  group: () => <Group />,
};
const asCsv: Partial<Record<Tab, true>> = { invoices: true, payments: true };

function Titled({ tab, content }: { tab: Tab; content: React.ReactNode }) {
  return <Section title={tabTitles[tab]}>{content}</Section>;
}

export function Component() {
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const subtree = useQuery(subtreeQuery(customer.key));
  const tab = tabs.find((one) => one === search.get('tab')) ?? 'invoices';
  const isParent = (subtree.data?.items.length ?? 1) > 1;
  const shown = tabs.filter((one) => one !== 'group' || isParent || tab === 'group');
  return (
    <Page
      title="Invoices"
      actions={
        asCsv[tab] ? (
          <>
            <DownloadButton
              label="CSV"
              path={`${apiPathOf(customer.key, tab)}?limit=500`}
              type="text/csv"
              name={`${tab}-${customer.key}.csv`}
            />
            {tab === 'invoices' ? (
              <DownloadButton
                label="Cost and usage (FOCUS)"
                path={apiPathOf(customer.key, 'focus')}
                type="text/csv"
                name={`focus-${customer.key}.csv`}
              />
            ) : null}
          </>
        ) : null
      }
    >
      {customer.parked ? (
        <Alert color="orange" title="Your next invoice is held up">
          {customer.parked.reason}
        </Alert>
      ) : null}
      <Balances />
      <TabPages
        tabs={shown}
        titles={tabTitles}
        contents={tabContents}
        value={tab}
        onChange={(value) => {
          setSearch(value && value !== 'invoices' ? { tab: value } : {}, { replace: true });
        }}
      />
    </Page>
  );
}
