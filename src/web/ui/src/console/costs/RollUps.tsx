import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/shared/api/client';
import { monthsBefore } from '@/shared/format/format';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Filters } from '@/shared/ui/Filters';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { CustomerPicker } from '../lib/CustomerPicker';
import { useFilters } from '../lib/useFilters';
import { RollUpTable } from './RollUpTable';

const asMonth = /^\d{4}-\d{2}$/;

function useRange() {
  const present = new Date().toISOString().slice(0, 7);
  const usual = { from: monthsBefore(present, 2), to: present };
  const [filters, setFilters] = useFilters(usual);
  const range = {
    from: asMonth.test(filters.from) ? filters.from : usual.from,
    to: asMonth.test(filters.to) ? filters.to : usual.to,
  };
  const fields = (
    <>
      <TextInput
        type="month"
        label="First month"
        value={filters.from}
        onChange={(event) => {
          setFilters({ from: event.currentTarget.value });
        }}
      />
      <TextInput
        type="month"
        label="Last month"
        value={filters.to}
        onChange={(event) => {
          setFilters({ to: event.currentTarget.value });
        }}
      />
    </>
  );
  return { range, fields };
}

/** The trees of cost centres with the customers in them. */
export function CostCentres() {
  const { range, fields } = useRange();
  const query = useQuery({
    queryKey: ['costs', 'cost-centres', range],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/cost-centres/roll-up', { params: { query: range }, signal })),
  });
  return (
    <Section title="Cost centres by month">
      <Filters>
        {fields}
        <DownloadButton
          label="CSV"
          path={`/api/v1/cost-centres/roll-up?${new URLSearchParams(range).toString()}`}
          type="text/csv"
          name={`cost-centres-${range.from}-to-${range.to}.csv`}
        />
      </Filters>
      <QueryView query={query} height={320}>
        {({ items }) => <RollUpTable label="Cost centres by month" what="Cost centre" items={items} />}
      </QueryView>
    </Section>
  );
}

function TreeOf({ customer, range }: { customer: string; range: { from: string; to: string } }) {
  const query = useQuery({
    queryKey: ['costs', 'tree', customer, range],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/roll-up', {
          params: { path: { customer }, query: range },
          signal,
        }),
      ),
  });
  return (
    <QueryView query={query} height={320}>
      {({ items }) => (
        <RollUpTable label={`${customer} and all below it by month`} what="Customer" items={items} />
      )}
    </QueryView>
  );
}

/** A customer and all below it. */
export function CustomerTree() {
  const { range, fields } = useRange();
  const [filters, setFilters] = useFilters({ customer: '' });
  const [settled] = useDebouncedValue(filters.customer.trim(), 400);
  return (
    <Section title="A customer and all below it, by month">
      <Filters>
        <CustomerPicker
          label="Customer"
          value={filters.customer}
          onChange={(customer) => {
            setFilters({ customer });
          }}
        />
        {fields}
        <DownloadButton
          label="CSV"
          path={`/api/v1/customers/${encodeURIComponent(settled)}/roll-up?${new URLSearchParams(range).toString()}`}
          type="text/csv"
          name={`roll-up-${settled}-${range.from}-to-${range.to}.csv`}
          disabled={settled === ''}
        />
      </Filters>
      {settled === '' ? (
        <Empty title="Whose costs?">Choose a customer, such as a group that others are below.</Empty>
      ) : (
        <TreeOf customer={settled} range={range} />
      )}
    </Section>
  );
}
