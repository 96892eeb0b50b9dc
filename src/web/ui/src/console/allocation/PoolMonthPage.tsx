import { Alert, Anchor, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link, useParams } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';
import { useMay } from '@/app/session';
import { usePages } from '@/shared/api/pages';
import { compare, percentOf, sum } from '@/shared/format/decimal';
import { formatMonth, formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { FactList } from '@/shared/ui/FactList';
import { Instant, Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { Day } from '@/shared/ui/Day';
import { CustomerLink } from '../lib/links';
import {
  loadShares,
  type Pool,
  type PoolMonth,
  poolMonthQuery,
  poolPath,
  poolsQuery,
  type Share,
} from './allocationQueries';
import { AmountDialog } from './AmountDialog';
import { DividedBadge } from './PoolPage';
import { ShareExplanation } from './ShareExplanation';

function columnsOf(divided: string, percent: (text: string) => string): ColumnDef<Share>[] {
  return [
    { accessorKey: 'name', header: 'Customer' },
    {
      id: 'key',
      header: 'Key',
      cell: ({ row: { original } }) => <CustomerLink customer={original.customer} />,
      enableSorting: false,
      meta: { wideOnly: true },
    },
    {
      id: 'part',
      header: 'Part',
      cell: ({ row: { original } }) => percent(percentOf(original.amount, divided, 4) ?? '0'),
      enableSorting: false,
      meta: { numeric: true, wideOnly: true },
    },
    {
      accessorKey: 'amount',
      header: 'Bears',
      sortingFn: byDecimal,
      cell: ({ row: { original } }) => <Money amount={original.amount} />,
      meta: { numeric: true },
    },
    {
      accessorKey: 'billed',
      header: 'Billed so far',
      sortingFn: byDecimal,
      cell: ({ row: { original } }) => <Money amount={original.billed} />,
      meta: { numeric: true },
    },
    {
      accessorKey: 'falls_on',
      header: 'With the statement of',
      cell: ({ row: { original } }) => <Day day={original.falls_on} />,
      meta: { wideOnly: true },
    },
  ];
}

function Shares({ pool, month, divided }: { pool: Pool; month: PoolMonth; divided: string }) {
  const reader = useReader();
  const { query, items, more } = usePages<Share>(
    ['allocation', pool.name, 'month', month.month, 'shares', divided],
    (cursor, signal) => loadShares(pool.name, month.month, cursor, signal),
  );
  const columns = useMemo(() => columnsOf(divided, (text) => formatPercent(text, reader)), [divided, reader]);
  const shares = items ?? [];
  const borne = sum(shares.map(({ amount }) => amount));
  return (
    <QueryView query={query} height={320}>
      {() => (
        <DataTable
          label={`Who bears ${pool.title}, in ${pool.currency}`}
          columns={columns}
          rows={shares}
          rowKey={({ customer }) => customer}
          more={more}
          detail={(share) => <ShareExplanation share={share} currency={pool.currency} />}
          footer={
            <tr>
              <th scope="row">
                {more ? `Sum of the first ${String(shares.length)}` : 'Sum'}
                {!more && compare(borne, divided) === 0 ? ' = the pool' : ''}
              </th>
              <td data-wide-only />
              <td data-wide-only data-numeric>
                {formatPercent(percentOf(borne, divided, 4) ?? '0', reader)}
              </td>
              <td data-numeric>
                <strong>
                  <Money amount={borne} />
                </strong>
              </td>
              <td data-numeric>
                <Money amount={sum(shares.map(({ billed }) => billed))} />
              </td>
              <td data-wide-only />
            </tr>
          }
        />
      )}
    </QueryView>
  );
}

function MonthView({ pool, month }: { pool: Pool; month: PoolMonth }) {
  const reader = useReader();
  const mayBill = useMay('bill');
  const [entering, enter] = useDisclosure(false);
  const { divided, amount } = month;
  const name = formatMonth(month.month, reader);
  return (
    <Page
      title={`${pool.title}, ${name}`}
      aside={<DividedBadge month={month} />}
      actions={
        <>
          <DownloadButton
            label="Shares as CSV"
            size="xs"
            path={`/api/v1/allocation/pools/${encodeURIComponent(pool.name)}/months/${month.month}/shares.csv`}
            type="text/csv"
            name={`${pool.name}-${month.month}.csv`}
            disabled={divided === null}
          />
          {mayBill ? (
            <Button size="xs" onClick={enter.open}>
              {amount === null ? 'Enter the amount' : 'Replace the amount'}
            </Button>
          ) : null}
        </>
      }
    >
      <Section
        title="What it cost"
        aside={
          <Anchor component={Link} to={poolPath(pool.name)} size="sm">
            All months of {pool.title}
          </Anchor>
        }
      >
        <FactList
          facts={[
            {
              label: 'Amount',
              value: amount === null ? 'not entered' : <Money amount={amount} currency={pool.currency} />,
            },
            {
              label: 'Divided',
              value: divided === null ? 'not yet' : <Money amount={divided} currency={pool.currency} />,
            },
            { label: 'Note', value: month.note ?? 'none' },
            { label: 'Entered', value: month.entered_at ? <Instant at={month.entered_at} /> : 'not yet' },
            { label: 'Divided at', value: month.divided_at ? <Instant at={month.divided_at} /> : 'not yet' },
          ]}
        />
        {month.problem !== null ? (
          <Alert color="red" title="The last run could not divide it">
            {month.problem}
            {month.problem_since ? (
              <>
                {' '}
                (since <Instant at={month.problem_since} />)
              </>
            ) : null}
            . Each run of {pool.engine} tries again.
          </Alert>
        ) : null}
        {divided !== null && amount !== null && compare(divided, amount) !== 0 ? (
          <Text size="sm" c="dimmed">
            The next run of {pool.engine} divides the new amount, in the same proportions.
          </Text>
        ) : null}
      </Section>
      <Section title="Who bears what">
        {divided === null ? (
          <Empty title="It is not divided yet">
            The next run of {pool.engine} behind {name} divides it, once there is an amount.
          </Empty>
        ) : (
          <Shares pool={pool} month={month} divided={divided} />
        )}
      </Section>
      {entering ? (
        <AmountDialog pool={pool} month={month.month} stored={month} onClose={enter.close} />
      ) : null}
    </Page>
  );
}

/** What a pool cost in a month, and who bears it. */
export function Component() {
  const { pool: name = '', month = '' } = useParams();
  const pools = useQuery(poolsQuery);
  const known = useQuery(poolMonthQuery(name, month));
  return (
    <QueryView query={pools} height={480}>
      {({ items }) => {
        const pool = items.find((one) => one.name === name);
        if (!pool || !/^\d{4}-\d{2}$/.test(month)) return <NotFoundPage />;
        return (
          <QueryView query={known} height={480}>
            {({ value }) => <MonthView pool={pool} month={value} />}
          </QueryView>
        );
      }}
    </QueryView>
  );
}
