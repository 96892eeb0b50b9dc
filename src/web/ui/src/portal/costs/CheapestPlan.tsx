import { Badge, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useState } from 'react';
import type { Schemas } from '@/shared/api/client';
import { formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Choice } from '@/shared/ui/Choice';
import { DataTable } from '@/shared/ui/DataTable';
import { Filters } from '@/shared/ui/Filters';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { useCustomer } from '../customer';
import { Csv, MoneyOrNone } from './CostParts';
import { comparedPlansQuery } from './costQueries';

const column = createColumnHelper<Schemas['ComparedPlan']>();
const columns = [
  column.accessor('plan', {
    header: 'Plan',
    cell: ({ row: { original } }) => (
      <>
        {original.plan} {original.present ? <Badge color="blue">yours</Badge> : null}
        {original.problem === null ? null : (
          <Text size="xs" c="dimmed" component="span" display="block">
            {original.problem}
          </Text>
        )}
      </>
    ),
  }),
  column.accessor('cost', {
    header: 'Cost',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <MoneyOrNone amount={original.cost} currency={original.currency} />,
  }),
  column.accessor('saves', {
    header: 'Saves',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <MoneyOrNone amount={original.saves} currency={original.currency} />,
  }),
];

/** What the last three issued months would have cost with each other plan. */
export function CheapestPlan() {
  const reader = useReader();
  const { customer } = useCustomer();
  const subscriptions = customer.subscriptions.filter(({ state }) => state !== 'ended' && state !== 'future');
  const [chosen, setChosen] = useState(subscriptions[0]?.key ?? '');
  const [asked, setAsked] = useState<string | null>(null);
  const query = useQuery(comparedPlansQuery(customer.key, chosen, asked === chosen));
  return (
    <Section title="Cheapest plan">
      {subscriptions.length === 0 ? (
        <Empty title="Nothing is subscribed to" />
      ) : (
        <>
          <Filters>
            <Choice
              label="In place of the plan of"
              value={chosen}
              onChange={setChosen}
              data={subscriptions.map(({ key, plan, plan_title: title }) => ({
                value: key,
                label: `${key}: ${title ?? plan}`,
              }))}
            />
            <Button
              loading={query.isFetching}
              onClick={() => {
                setAsked(chosen);
                if (asked === chosen) void query.refetch();
              }}
            >
              Compute
            </Button>
            {query.data ? <Csv what="plans" query={{ subscription: chosen }} /> : null}
          </Filters>
          {asked === chosen ? (
            <QueryView query={query} height={200}>
              {({ from, to, items }) => (
                <>
                  <Text size="sm" c="dimmed" mb="xs">
                    {formatMonth(from, reader)} to {formatMonth(to, reader)}, with the prices in force now.
                  </Text>
                  <DataTable
                    label="Plans, the cheapest first"
                    columns={columns}
                    rows={items}
                    rowKey={({ plan }) => plan}
                    sortable={false}
                    empty={<Empty title="No other plan to compare with" />}
                  />
                </>
              )}
            </QueryView>
          ) : (
            <Text size="sm" c="dimmed">
              The engine computes the last three issued months again, with each other plan.
            </Text>
          )}
        </>
      )}
    </Section>
  );
}
