import { Badge } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Month } from '@/shared/ui/Day';
import { Instant, Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { CustomerLink } from '../lib/links';
import { CostCentreAlerts, CostCentreBudgets } from './CostCentreBudgets';

type BudgetAlert = Schemas['Alert'];

const column = createColumnHelper<BudgetAlert>();

const columns = [
  column.accessor('customer', {
    header: 'Customer',
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  column.accessor('text', { header: 'What' }),
  column.accessor('on', {
    header: 'On',
    meta: { wideOnly: true },
    cell: (cell) =>
      cell.getValue() === 'actual' ? (
        <Badge color="orange">spent</Badge>
      ) : (
        <Badge color="blue">forecast</Badge>
      ),
  }),
  column.accessor('month', {
    header: 'Month',
    meta: { wideOnly: true },
    cell: (cell) => <Month month={cell.getValue()} />,
  }),
  column.accessor('budget', {
    header: 'Budget',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => <Money amount={original.budget} currency={original.currency} />,
  }),
  column.accessor('spent', {
    header: 'Cost',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => <Money amount={original.spent} currency={original.currency} />,
  }),
  column.accessor('told_at', {
    header: 'Told',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
];

/** Thresholds of budgets that months reached, of all customers. */
export function Component() {
  const pages = usePages(
    ['alerts'],
    (cursor, signal) =>
      answer(api.GET('/api/v1/alerts', { params: { query: cursor ? { cursor } : {} }, signal })),
    { refetchInterval: 10_000 },
  );
  return (
    <Page title="Budget alerts">
      <Section title="Of all customers, the latest first">
        <PagedTable
          label="Thresholds of budgets that months reached"
          pages={pages}
          columns={columns}
          rowKey={({ customer, number }) => `${customer} ${String(number)}`}
          empty={
            <Empty title="No alert yet">
              Customers set budgets in their settings; each threshold is told once a month.
            </Empty>
          }
        />
      </Section>
      <CostCentreAlerts />
      <CostCentreBudgets />
    </Page>
  );
}
