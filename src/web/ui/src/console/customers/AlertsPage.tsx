import { Anchor } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Page, Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { costCentresPath } from '../costCentres/costCentreQueries';
import { alertColumns } from '../lib/alertColumns';
import { CustomerLink } from '../lib/links';

type BudgetAlert = Schemas['Alert'];

const columns: ColumnDef<BudgetAlert>[] = [
  {
    id: 'customer',
    header: 'Customer',
    cell: ({ row: { original } }) => <CustomerLink customer={original.customer} />,
  },
  ...alertColumns<BudgetAlert>(),
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
      <Section
        title="Of all customers, the latest first"
        aside={
          <Anchor component={Link} to={costCentresPath} size="sm">
            Of cost centres
          </Anchor>
        }
      >
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
    </Page>
  );
}
