import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useState } from 'react';
import type { Schemas } from '@/shared/api/client';
import { DataTable } from '@/shared/ui/DataTable';
import { Filters } from '@/shared/ui/Filters';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { useCustomer } from '../customer';
import { Csv, MoneyOrNone } from './CostParts';
import { benchmarkQuery } from './costQueries';

const column = createColumnHelper<Schemas['BenchmarkOfPlan']>();
const columns = [
  column.accessor('plan', { header: 'Plan' }),
  column.accessor('cost', {
    header: 'You',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.cost} currency={original.currency} />,
  }),
  column.accessor('lower_quartile', {
    header: 'A quarter is below',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => (
      <MoneyOrNone amount={original.lower_quartile} currency={original.currency} />
    ),
  }),
  column.accessor('median', {
    header: 'Half are below',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <MoneyOrNone amount={original.median} currency={original.currency} />,
  }),
  column.accessor('upper_quartile', {
    header: 'A quarter is above',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => (
      <MoneyOrNone amount={original.upper_quartile} currency={original.currency} />
    ),
  }),
];

/** A month's cost beside that of others on the same plan; `month` to begin with. */
export function Benchmark({ month }: { month: string }) {
  const { customer } = useCustomer();
  const [typed, setTyped] = useState(month);
  const chosen = /^\d{4}-\d{2}$/.test(typed) ? typed : month;
  const query = useQuery(benchmarkQuery(customer.key, chosen));
  return (
    <Section title="Beside others on your plan">
      <Filters>
        <TextInput
          type="month"
          label="Month"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
        <Csv what="benchmark" query={{ month: chosen }} />
      </Filters>
      <QueryView query={query} height={160}>
        {({ items }) => (
          <DataTable
            label="Your cost beside that of others"
            columns={columns}
            rows={items}
            rowKey={({ plan, currency }) => `${plan} ${currency}`}
            sortable={false}
            empty={<Empty title="Nothing was issued for this month" />}
          />
        )}
      </QueryView>
    </Section>
  );
}
