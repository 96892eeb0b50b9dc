import { Alert, Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { useMay } from '@/app/session';
import type { Tagged } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { FactList } from '@/shared/ui/FactList';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { CustomerLink } from '../lib/links';
import { BudgetEditor } from './BudgetEditor';
import { BudgetList } from './BudgetList';
import { CostCentreAlerts } from './CostCentreAlerts';
import {
  allBudgetsQuery,
  budgetChoicesQuery,
  budgetsQuery,
  type CentreBudgets,
  type CostCentre,
  costCentrePath,
  costCentresPath,
  costCentresQuery,
  putBudgets,
} from './costCentreQueries';

const customersShown = 50;

function CentreLinks({ centres }: { centres: CostCentre[] }) {
  return centres.map(({ name, title }, index) => (
    <Fragment key={name}>
      {index === 0 ? '' : ', '}
      <Anchor component={Link} to={costCentrePath(name)} inherit underline="always">
        {title}
      </Anchor>
    </Fragment>
  ));
}

function Members({ customers }: { customers: string[] }) {
  if (customers.length === 0) return 'none by name';
  return (
    <>
      {customers.slice(0, customersShown).map((customer, index) => (
        <Fragment key={customer}>
          {index === 0 ? '' : ', '}
          <CustomerLink customer={customer} inText />
        </Fragment>
      ))}
      {customers.length > customersShown ? ` and ${String(customers.length - customersShown)} more` : ''}
    </>
  );
}

function Place({ centre, all }: { centre: CostCentre; all: CostCentre[] }) {
  const above = all.filter(({ name }) => name === centre.parent);
  const below = all.filter(({ parent }) => parent === centre.name);
  return (
    <Section title="Whose costs it has">
      <FactList
        facts={[
          { label: 'Part of', value: above.length === 0 ? 'nothing' : <CentreLinks centres={above} /> },
          { label: 'Below it', value: below.length === 0 ? 'nothing' : <CentreLinks centres={below} /> },
          { label: 'Customers', value: <Members customers={centre.customers} /> },
          { label: 'Everybody on plans', value: centre.plans.join(', ') || 'none' },
        ]}
      />
    </Section>
  );
}

function Remove({ stored }: { stored: Tagged<CentreBudgets> }) {
  const navigate = useNavigate();
  const name = stored.value.cost_centre;
  const remove = useAction<string, Tagged<CentreBudgets>>(
    () => putBudgets(stored, { budgets: [], also_to: [] }),
    {
      done: () => `The budgets of ${name} are removed`,
      changes: [allBudgetsQuery.queryKey],
      after: () => {
        void navigate(costCentresPath);
      },
    },
  );
  return (
    <ConfirmAction
      label="Remove the budgets"
      color="red"
      title={`Remove the budgets of ${name}`}
      action={remove}
    >
      A cost centre of that name begins without any. What was told of them stays in the log.
    </ConfirmAction>
  );
}

function InWords({ stored: { budgets, also_to } }: { stored: CentreBudgets }) {
  return (
    <Stack gap="sm">
      {budgets.length === 0 ? (
        <Text size="sm" c="dimmed">
          None is set.
        </Text>
      ) : (
        <BudgetList budgets={budgets} />
      )}
      {also_to.length === 0 ? null : <Text size="sm">Told to {also_to.join(', ')}</Text>}
    </Stack>
  );
}

function Editor({ title, stored }: { title: string; stored: Tagged<CentreBudgets> }) {
  const choices = useQuery(budgetChoicesQuery);
  return (
    <QueryView query={choices} height={320}>
      {(found) => <BudgetEditor title={title} stored={stored} choices={found} />}
    </QueryView>
  );
}

function Budgets({ title, stored }: { title: string; stored: Tagged<CentreBudgets> }) {
  const mayOperate = useMay('operate');
  if (stored.value.exists && mayOperate) return <Editor title={title} stored={stored} />;
  return (
    <Stack>
      {stored.value.exists ? null : (
        <Alert color="red" title="The configuration does not have this cost centre">
          <Group justify="space-between">
            <span>Its budgets wait: they count again once there is a cost centre of the name.</span>
            {mayOperate ? <Remove stored={stored} /> : null}
          </Group>
        </Alert>
      )}
      <InWords stored={stored.value} />
    </Stack>
  );
}

/** A cost centre: whose costs it has, its budgets, and what was told of them. */
export function Component() {
  const { centre: name = '' } = useParams();
  const centres = useQuery(costCentresQuery);
  const budgets = useQuery(budgetsQuery(name));
  const all = centres.data?.items ?? [];
  const centre = all.find((one) => one.name === name);
  const title = centre?.title ?? name;
  return (
    <Page title={title} aside={<Badge color="gray">{name}</Badge>}>
      {centre ? <Place centre={centre} all={all} /> : null}
      <Section
        title="Budgets of a month"
        aside={
          <Anchor component={Link} to={costCentresPath} size="sm">
            All cost centres
          </Anchor>
        }
      >
        <QueryView query={budgets} height={320}>
          {(stored) => <Budgets key={name} title={title} stored={stored} />}
        </QueryView>
      </Section>
      <Section title="What was told, the latest first">
        <CostCentreAlerts centre={name} />
      </Section>
    </Page>
  );
}
