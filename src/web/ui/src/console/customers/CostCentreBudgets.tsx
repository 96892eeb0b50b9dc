import { Badge, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ColumnDef, createColumnHelper } from '@tanstack/react-table';
import { limitText } from '@/budgets/budgetRules';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { DataTable } from '@/shared/ui/DataTable';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty, QueryView } from '@/shared/ui/states';
import { alertColumns } from '../lib/alertColumns';

type CentreAlert = Schemas['CostCentreAlert'];
type Threshold = NonNullable<Schemas['Budget']['thresholds']>[number];

const alerts: ColumnDef<CentreAlert>[] = [
  { id: 'centre', header: 'Cost centre', cell: ({ row: { original } }) => original.cost_centre },
  ...alertColumns<CentreAlert>(),
];

/** Thresholds that months of cost centres reached. */
export function CostCentreAlerts() {
  const pages = usePages(
    ['cost-centre-alerts'],
    (cursor, signal) =>
      answer(api.GET('/api/v1/cost-centres/alerts', { params: { query: cursor ? { cursor } : {} }, signal })),
    { refetchInterval: 10_000 },
  );
  return (
    <Section title="Of cost centres">
      <PagedTable
        label="Thresholds of budgets that months of cost centres reached"
        pages={pages}
        columns={alerts}
        rowKey={({ number }) => String(number)}
        empty={<Empty title="No alert yet">Each threshold of a cost centre is told once a month.</Empty>}
      />
    </Section>
  );
}

interface CentreBudget {
  centre: string;
  exists: boolean;
  budget: Schemas['Budget'];
  addresses: string[];
}

function thresholdWords(threshold: Threshold): string {
  return `${limitText(threshold, String)} ${threshold.on === 'actual' ? 'spent' : 'forecast'}`;
}

const budgetColumn = createColumnHelper<CentreBudget>();

const budgetColumns = [
  budgetColumn.accessor('centre', {
    header: 'Cost centre',
    cell: ({ row: { original } }) => (
      <>
        {original.centre} {original.exists ? null : <Badge color="red">does not exist any more</Badge>}
      </>
    ),
  }),
  budgetColumn.accessor(({ budget }) => budget.charge ?? 'all', { id: 'charge', header: 'Charge' }),
  budgetColumn.accessor(({ budget }) => budget.amount, {
    id: 'amount',
    header: 'Of a month',
    meta: { numeric: true },
    cell: ({ row: { original } }) => (
      <Money amount={original.budget.amount} currency={original.budget.currency} />
    ),
  }),
  budgetColumn.accessor(({ budget }) => (budget.thresholds ?? []).map(thresholdWords).join(', '), {
    id: 'told',
    header: 'Told at',
    meta: { wideOnly: true },
  }),
  budgetColumn.accessor(({ addresses }) => addresses.join(', '), {
    id: 'addresses',
    header: 'Told to',
    meta: { wideOnly: true },
  }),
];

/** What may be spent below cost centres in a month. */
export function CostCentreBudgets() {
  const query = useQuery({
    queryKey: ['cost-centre-budgets'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/cost-centres/budgets', { signal })),
  });
  return (
    <Section title="Budgets of cost centres">
      <QueryView query={query} height={160}>
        {({ items }) => (
          <DataTable
            label="Budgets of cost centres"
            columns={budgetColumns}
            rows={items.flatMap(({ cost_centre, exists, budgets, also_to }) =>
              budgets.map((budget) => ({ centre: cost_centre, exists, budget, addresses: also_to })),
            )}
            rowKey={({ centre, budget }) => `${centre} ${budget.currency} ${budget.charge ?? ''}`}
            sortable={false}
            empty={
              <Empty title="No cost centre has a budget">
                <Text span>
                  <Code>reckoner budgets set AMOUNT --cost-centre NAME</Code> sets one over all customers
                  below it.
                </Text>
              </Empty>
            }
          />
        )}
      </QueryView>
    </Section>
  );
}
