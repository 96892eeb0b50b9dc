import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { answer, api, type Schemas } from '@/shared/api/client';
import { formatPercent, monthsBefore } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Choice } from '@/shared/ui/Choice';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Filters } from '@/shared/ui/Filters';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { CustomerLink } from '../lib/links';
import { useFilters } from '../lib/useFilters';

type Margin = Schemas['Margin'];

function Percent({ value }: { value: string | null }) {
  const reader = useReader();
  return <span className="tabular">{value === null ? '—' : formatPercent(value, reader)}</span>;
}

const column = createColumnHelper<Margin>();

const names = {
  customer: column.accessor('customer', {
    header: 'Customer',
    cell: ({ row: { original } }) =>
      original.customer === null ? '—' : <CustomerLink customer={original.customer} />,
  }),
  plan: column.accessor('plan', { header: 'Plan', cell: (cell) => cell.getValue() ?? 'none' }),
  charge: column.accessor('charge', {
    header: 'Charge',
    cell: (cell) => <span className="breakable">{cell.getValue() ?? '—'}</span>,
  }),
};

function amountColumn(id: 'billed' | 'shown' | 'cost' | 'margin', header: string, wideOnly: boolean) {
  return column.accessor(id, {
    header,
    sortingFn: byDecimal,
    meta: { numeric: true, wideOnly },
    cell: ({ row: { original } }) => <Money amount={original[id]} currency={original.currency} />,
  });
}

const figures = [
  amountColumn('billed', 'Billed', true),
  amountColumn('shown', 'Shown', true),
  amountColumn('cost', 'Cost', true),
  amountColumn('margin', 'Margin', false),
  column.accessor('margin_percent', {
    header: 'of what is billed',
    enableSorting: false,
    meta: { numeric: true },
    cell: (cell) => <Percent value={cell.getValue()} />,
  }),
];

const views = [
  { value: 'customer', label: 'customer', columns: [names.customer, ...figures] },
  { value: 'plan', label: 'plan', columns: [names.plan, ...figures] },
  { value: 'charge', label: 'charge', columns: [names.charge, ...figures] },
  {
    value: 'customer,plan,charge',
    label: 'customer, plan and charge',
    columns: [names.customer, names.plan, names.charge, ...figures],
  },
];
const [usualView] = views;

/** What a month brought beside what it cost. */
export function MarginTable() {
  const usual = { month: monthsBefore(new Date().toISOString().slice(0, 7), 1), by: 'customer' };
  const [filters, setFilters] = useFilters(usual);
  const month = /^\d{4}-\d{2}$/.test(filters.month) ? filters.month : usual.month;
  const view = views.find(({ value }) => value === filters.by) ?? usualView;
  const by = view?.value ?? usual.by;
  const query = useQuery({
    queryKey: ['costs', 'margin', month, by],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/margin', { params: { query: { month, by } }, signal })),
  });
  return (
    <Section title="Margin of a month">
      <Filters>
        <TextInput
          type="month"
          label="Month"
          value={filters.month}
          onChange={(event) => {
            setFilters({ month: event.currentTarget.value });
          }}
        />
        <Choice
          label="By"
          value={by}
          onChange={(value) => {
            setFilters({ by: value });
          }}
          data={views.map(({ value, label }) => ({ value, label }))}
        />
        <DownloadButton
          label="CSV"
          path={`/api/v1/margin?${new URLSearchParams({ month, by }).toString()}`}
          type="text/csv"
          name={`margin-${month}.csv`}
        />
      </Filters>
      <QueryView query={query} height={320}>
        {({ items }) => (
          <DataTable
            key={by}
            label={`Margin by ${view?.label ?? by}`}
            columns={view?.columns ?? figures}
            rows={items}
            rowKey={({ customer, plan, charge, currency }) =>
              JSON.stringify([customer, plan, charge, currency])
            }
            empty={
              <Empty title="Nothing was issued for this month">
                Revenue is what was billed, cost what suppliers.xml asks for what lines measured.
              </Empty>
            }
          />
        )}
      </QueryView>
    </Section>
  );
}
