import { Alert, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type CellContext, createColumnHelper } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { sign } from '@/shared/format/decimal';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Money } from '@/shared/ui/Money';
import { FactList } from '@/shared/ui/FactList';
import { CustomerLink } from '../lib/links';
import { ReasonList } from '../lib/ReasonList';
import { count } from '../lib/words';
import classes from './ImpactResult.module.css';

type Impact = Schemas['ConfigurationImpact'];

/** An amount that says its sign also when it is above zero. */
export function SignedMoney({ amount, currency }: { amount: string; currency: string }) {
  const direction = sign(amount);
  return (
    <span className={classes.signed} data-sign={direction}>
      {direction > 0 ? '+' : ''}
      <Money amount={amount} currency={currency} />
    </span>
  );
}

interface Compared {
  currency: string;
  before: string;
  after: string;
  difference: string;
}

function money<T extends Compared>(cell: CellContext<T, string>) {
  return <Money amount={cell.getValue()} currency={cell.row.original.currency} />;
}

function comparedColumns<T extends Compared>() {
  const numeric = { meta: { numeric: true } };
  return [
    {
      accessorKey: 'before',
      header: 'Before',
      cell: money<T>,
      meta: { numeric: true, wideOnly: true },
    },
    { accessorKey: 'after', header: 'After', cell: money<T>, ...numeric },
    {
      accessorKey: 'difference',
      header: 'Difference',
      cell: (cell: CellContext<T, string>) => (
        <SignedMoney amount={cell.getValue()} currency={cell.row.original.currency} />
      ),
      ...numeric,
    },
  ];
}

const customer = createColumnHelper<Schemas['CustomerImpact']>();
const customerColumns = [
  customer.accessor('customer', {
    header: 'Customer',
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  ...comparedColumns<Schemas['CustomerImpact']>(),
];

const charge = createColumnHelper<Impact['charges'][number]>();
const chargeColumns = [
  charge.accessor('plan', { header: 'Plan', cell: (cell) => cell.getValue() || 'whole customer' }),
  charge.accessor('charge', { header: 'Charge' }),
  ...comparedColumns<Impact['charges'][number]>(),
];

const plan = createColumnHelper<Impact['plans'][number]>();
const planColumns = [
  plan.accessor('plan', { header: 'Plan' }),
  plan.accessor('subscriptions', { header: 'Subscriptions', meta: { numeric: true, wideOnly: true } }),
  ...comparedColumns<Impact['plans'][number]>(),
];

function Totals({ impact }: { impact: Impact }) {
  if (impact.totals.length === 0) return <Text size="sm">There is nothing to bill.</Text>;
  return (
    <>
      {impact.totals.map((total) => (
        <FactList
          key={total.currency}
          facts={[
            {
              label: `Lines before (${total.currency})`,
              value: <Money amount={total.before} currency={total.currency} />,
            },
            { label: 'Lines after', value: <Money amount={total.after} currency={total.currency} /> },
            {
              label: 'Difference',
              value: <SignedMoney amount={total.difference} currency={total.currency} />,
            },
            ...(total.documents_before !== null && total.documents_after !== null
              ? [
                  {
                    label: 'Documents before',
                    value: <Money amount={total.documents_before} currency={total.currency} />,
                  },
                  {
                    label: 'Documents after',
                    value: <Money amount={total.documents_after} currency={total.currency} />,
                  },
                ]
              : []),
          ]}
        />
      ))}
    </>
  );
}

/** What a draft means in money. */
export function ImpactResult({ impact }: { impact: Impact }) {
  const { locale } = useReader();
  return (
    <Stack>
      <Text fw={600} role="status">
        {impact.changed === 0
          ? 'Nobody pays anything else.'
          : `${count(impact.changed, 'customer', locale)} of ${impact.customers.toLocaleString(locale)} ${impact.changed === 1 ? 'pays' : 'pay'} something else.`}
      </Text>
      {impact.complete ? null : (
        <Alert color="yellow" title="Not everybody">
          The time was over after {impact.customers.toLocaleString(locale)} of{' '}
          {count(impact.customers_of, 'customer', locale)}; what follows is of them alone.
        </Alert>
      )}
      <Totals impact={impact} />
      <ReasonList
        title="Could not be billed then"
        color="red"
        reasons={impact.parked}
        total={impact.parked_count}
      />
      <ReasonList title="Would be held" color="orange" reasons={impact.held} total={impact.held_count} />
      {impact.changed === 0 ? null : (
        <>
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <div>
              <Title order={3}>Largest increases</Title>
              <DataTable
                label="Largest increases"
                columns={customerColumns}
                rows={impact.largest_up}
                rowKey={(row) => `${row.customer} ${row.currency}`}
                sortable={false}
                empty="Nobody pays more."
              />
            </div>
            <div>
              <Title order={3}>Largest decreases</Title>
              <DataTable
                label="Largest decreases"
                columns={customerColumns}
                rows={impact.largest_down}
                rowKey={(row) => `${row.customer} ${row.currency}`}
                sortable={false}
                empty="Nobody pays less."
              />
            </div>
          </SimpleGrid>
          <div>
            <Title order={3}>By charge</Title>
            <DataTable
              label="Charges whose total differs"
              columns={chargeColumns}
              rows={impact.charges}
              rowKey={(row) => `${row.plan} ${row.charge} ${row.currency}`}
              sortable={false}
            />
          </div>
          <div>
            <Title order={3}>By plan</Title>
            <DataTable
              label="Plans whose total differs"
              columns={planColumns}
              rows={impact.plans}
              rowKey={(row) => `${row.plan} ${row.currency}`}
              sortable={false}
            />
          </div>
        </>
      )}
    </Stack>
  );
}
