import { Anchor, Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { DataTable } from '@/shared/ui/DataTable';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { InConfiguration } from '../lib/links';
import { BudgetList } from './BudgetList';
import { type CentreRow, firstOf, rowsOf, waitingOf } from './centreTree';
import { CostCentreAlerts } from './CostCentreAlerts';
import { allBudgetsQuery, type CentreBudgets, costCentrePath, costCentresQuery } from './costCentreQueries';

const membersShown = 4;

const centreColumns: ColumnDef<CentreRow>[] = [
  {
    id: 'centre',
    header: 'Cost centre',
    cell: ({ row: { original } }) => (
      <div style={{ paddingLeft: `${String(original.depth)}em` }}>
        <Anchor component={Link} to={costCentrePath(original.name)} inherit>
          {original.title}
        </Anchor>
        {original.title === original.name ? null : (
          <Text size="xs" c="dimmed" component="span" display="block">
            {original.name}
          </Text>
        )}
      </div>
    ),
  },
  {
    id: 'members',
    header: 'Members',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) =>
      firstOf([...original.customers, ...original.plans.map((plan) => `plan ${plan}`)], membersShown),
  },
  {
    id: 'budgets',
    header: 'Budgets of a month',
    cell: ({ row: { original } }) =>
      original.stored === undefined ? (
        <Text size="sm" c="dimmed" span>
          none
        </Text>
      ) : (
        <BudgetList budgets={original.stored.budgets} />
      ),
  },
  {
    id: 'addresses',
    header: 'Told to',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) => original.stored?.also_to.join(', '),
  },
];

const waitingColumns: ColumnDef<CentreBudgets>[] = [
  {
    id: 'centre',
    header: 'Cost centre',
    cell: ({ row: { original } }) => (
      <>
        <Anchor component={Link} to={costCentrePath(original.cost_centre)} inherit>
          {original.cost_centre}
        </Anchor>{' '}
        <Badge color="red">not in the configuration</Badge>
      </>
    ),
  },
  {
    id: 'budgets',
    header: 'Budgets of a month',
    cell: ({ row: { original } }) => <BudgetList budgets={original.budgets} />,
  },
];

function Trees({ budgets }: { budgets: CentreBudgets[] }) {
  const centres = useQuery(costCentresQuery);
  return (
    <QueryView query={centres} height={240}>
      {({ items }) => (
        <DataTable
          label="Cost centres"
          columns={centreColumns}
          rows={rowsOf(items, budgets)}
          rowKey={({ name }) => name}
          sortable={false}
          empty={
            <Empty title="No cost centre is declared">
              They stand in <InConfiguration file="allocation.xml" />.
            </Empty>
          }
        />
      )}
    </QueryView>
  );
}

function Waiting({ budgets }: { budgets: CentreBudgets[] }) {
  return (
    <Section title="Budgets that wait">
      <Text size="sm" c="dimmed" mb="sm">
        Their cost centres left the configuration. They count again once there is one of the name.
      </Text>
      <DataTable
        label="Budgets whose cost centre the configuration does not have"
        columns={waitingColumns}
        rows={budgets}
        rowKey={({ cost_centre: name }) => name}
        sortable={false}
      />
    </Section>
  );
}

/** Cost centres with what may be spent below them, and what was told of it. */
export function Component() {
  const query = useQuery(allBudgetsQuery);
  return (
    <Page title="Cost centres">
      <QueryView query={query} height={320}>
        {({ items }) => {
          const waiting = waitingOf(items);
          return (
            <>
              <Section title="Cost centres and their budgets">
                <Trees budgets={items} />
              </Section>
              {waiting.length === 0 ? null : <Waiting budgets={waiting} />}
            </>
          );
        }}
      </QueryView>
      <Section title="What was told, the latest first">
        <CostCentreAlerts />
      </Section>
    </Page>
  );
}
