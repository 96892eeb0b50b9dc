import { Anchor, Badge, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';
import { useMay } from '@/app/session';
import { compare } from '@/shared/format/decimal';
import { formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { FactList } from '@/shared/ui/FactList';
import { Instant, Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { type Pool, type PoolMonth, poolMonthsQuery, poolPath, poolsQuery } from './allocationQueries';
import { AmountDialog } from './AmountDialog';
import { borneBy, dividedBy } from './poolWords';

/** Whether a month is divided, and of the amount that stands there. */
export function DividedBadge({ month }: { month: PoolMonth }) {
  const { amount, divided, problem } = month;
  if (problem !== null) return <Badge color="red">cannot be divided</Badge>;
  if (divided === null) return <Badge color="gray">not divided yet</Badge>;
  if (amount !== null && compare(amount, divided) !== 0) return <Badge color="orange">amount changed</Badge>;
  return <Badge color="green">divided</Badge>;
}

function Months({ pool }: { pool: Pool }) {
  const reader = useReader();
  const query = useQuery(poolMonthsQuery(pool.name));
  const columns = useMemo<ColumnDef<PoolMonth>[]>(
    () => [
      {
        accessorKey: 'month',
        header: 'Month',
        cell: ({ row: { original } }) => (
          <Anchor component={Link} to={poolPath(pool.name, original.month)} inherit>
            {formatMonth(original.month, reader)}
          </Anchor>
        ),
      },
      {
        id: 'amount',
        header: pool.currency,
        cell: ({ row: { original } }) =>
          original.amount === null ? '—' : <Money amount={original.amount} />,
        meta: { numeric: true },
      },
      {
        id: 'state',
        header: 'State',
        cell: ({ row: { original } }) => <DividedBadge month={original} />,
      },
      { accessorKey: 'customers', header: 'Customers', meta: { numeric: true, wideOnly: true } },
      { accessorKey: 'note', header: 'Note', meta: { wideOnly: true } },
      {
        id: 'entered',
        header: 'Entered',
        cell: ({ row: { original } }) => (original.entered_at ? <Instant at={original.entered_at} /> : null),
        meta: { wideOnly: true },
      },
    ],
    [pool, reader],
  );
  return (
    <Section title="Months, the latest first">
      <QueryView query={query} height={240}>
        {({ items }) => (
          <DataTable
            label={`Months of ${pool.title}`}
            columns={columns}
            rows={items}
            rowKey={({ month }) => month}
            sortable={false}
            empty={
              <Empty title="No month has an amount">
                Enter what the pool cost in a month; the run behind it divides the amount.
              </Empty>
            }
          />
        )}
      </QueryView>
    </Section>
  );
}

function PoolView({ pool }: { pool: Pool }) {
  const navigate = useNavigate();
  const mayBill = useMay('bill');
  const [entering, enter] = useDisclosure(false);
  return (
    <Page
      title={pool.title}
      aside={<Badge color="gray">{pool.name}</Badge>}
      actions={
        mayBill ? (
          <Button size="xs" onClick={enter.open}>
            Enter an amount
          </Button>
        ) : null
      }
    >
      <Section title="How it is divided">
        <FactList
          facts={[
            { label: 'By', value: dividedBy(pool) },
            { label: 'Borne by', value: borneBy(pool) },
            { label: 'At least', value: `${pool.minimum_percent} % each` },
            { label: 'Months in', value: pool.time_zone },
            { label: 'Billed by', value: pool.engine },
            { label: 'Tax', value: pool.tax },
          ]}
        />
      </Section>
      <Months pool={pool} />
      {entering ? (
        <AmountDialog
          pool={pool}
          month={null}
          stored={null}
          onClose={enter.close}
          onStored={(month) => {
            void navigate(poolPath(pool.name, month));
          }}
        />
      ) : null}
    </Page>
  );
}

/** A cost pool and its months. */
export function Component() {
  const name = useParams().pool ?? '';
  const query = useQuery(poolsQuery);
  return (
    <QueryView query={query} height={480}>
      {({ items }) => {
        const pool = items.find((one) => one.name === name);
        return pool ? <PoolView pool={pool} /> : <NotFoundPage />;
      }}
    </QueryView>
  );
}
