import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { formatMoney, formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Chart } from '@/shared/ui/Chart';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Month } from '@/shared/ui/Day';
import { Money, Quantity } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { useCustomer } from '../customer';
import { Csv, MoneyOrNone, Percent } from './CostParts';
import { allowancesQuery, costTrendQuery, dearestQuery, type MonthRange } from './costQueries';

type CostOfMonth = Schemas['CostOfMonth'];

const months = createColumnHelper<CostOfMonth>();
const monthColumns = [
  months.accessor('month', { header: 'Month', cell: (cell) => <Month month={cell.getValue()} /> }),
  months.accessor('cost', {
    header: 'Cost',
    sortingFn: byDecimal,
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.cost} currency={original.currency} />,
  }),
  months.accessor('change', {
    header: 'Change',
    enableSorting: false,
    meta: { numeric: true },
    cell: ({ row: { original } }) => <MoneyOrNone amount={original.change} currency={original.currency} />,
  }),
  months.accessor('change_percent', {
    header: 'in percent',
    enableSorting: false,
    meta: { numeric: true, wideOnly: true },
    cell: (cell) => <Percent value={cell.getValue()} />,
  }),
];

const series = [{ name: 'cost', label: 'Cost' }];

function TrendOf({ items, currency }: { items: CostOfMonth[]; currency: string }) {
  const reader = useReader();
  const label = `Cost of each month, ${currency}`;
  const points = useMemo(
    () => items.map(({ month, cost }) => ({ label: formatMonth(month, reader, 'short'), values: { cost } })),
    [items, reader],
  );
  return (
    <Chart
      kind="bars"
      label={label}
      points={points}
      series={series}
      format={(value) => formatMoney(value, currency, reader)}
      table={<DataTable label={label} columns={monthColumns} rows={items} rowKey={({ month }) => month} />}
    />
  );
}

/** What each month cost, a picture for each currency. */
export function CostTrend({ range }: { range: MonthRange }) {
  const { customer } = useCustomer();
  const query = useQuery(costTrendQuery(customer.key, range));
  return (
    <Section title="Month by month" aside={<Csv what="trend" query={{ ...range }} />}>
      <QueryView query={query} height={300}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing was issued in these months">
              A month is here once its invoice is issued.
            </Empty>
          ) : (
            [...new Set(items.map(({ currency }) => currency))].map((currency) => (
              <TrendOf
                key={currency}
                currency={currency}
                items={items.filter((item) => item.currency === currency)}
              />
            ))
          )
        }
      </QueryView>
    </Section>
  );
}

const charges = createColumnHelper<Schemas['DearestCharge']>();
const chargeColumns = [
  charges.accessor('charge', {
    header: 'Charge',
    cell: (cell) => <span className="breakable">{cell.getValue()}</span>,
  }),
  charges.accessor('cost', {
    header: 'Cost',
    sortingFn: byDecimal,
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.cost} currency={original.currency} />,
  }),
  charges.accessor('share_percent', {
    header: 'Of everything',
    enableSorting: false,
    meta: { numeric: true },
    cell: (cell) => <Percent value={cell.getValue()} />,
  }),
];

/** What costs most. */
export function DearestCharges({ range }: { range: MonthRange }) {
  const { customer } = useCustomer();
  const query = useQuery(dearestQuery(customer.key, range));
  return (
    <Section title="Dearest charges" aside={<Csv what="dearest" query={{ ...range }} />}>
      <QueryView query={query} height={240}>
        {({ items }) => (
          <DataTable
            label="Charges, the dearest first"
            columns={chargeColumns}
            rows={items}
            rowKey={({ charge, currency }) => `${charge} ${currency}`}
            empty={<Empty title="Nothing was charged in these months" />}
          />
        )}
      </QueryView>
    </Section>
  );
}

const allowances = createColumnHelper<Schemas['IdleAllowance']>();
const allowanceColumns = [
  allowances.accessor('month', { header: 'Month', cell: (cell) => <Month month={cell.getValue()} /> }),
  allowances.accessor('charge', {
    header: 'Charge',
    cell: (cell) => <span className="breakable">{cell.getValue()}</span>,
  }),
  allowances.accessor('allowance', {
    header: 'Allowance',
    sortingFn: byDecimal,
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => <Quantity value={original.allowance} unit={original.unit} />,
  }),
  allowances.accessor('used', {
    header: 'Used',
    sortingFn: byDecimal,
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => <Quantity value={original.used} unit={original.unit} />,
  }),
  allowances.accessor('idle_percent', {
    header: 'Idle',
    enableSorting: false,
    meta: { numeric: true },
    cell: (cell) => <Percent value={cell.getValue()} />,
  }),
];

/** What was paid for and not used. */
export function IdleAllowances({ range }: { range: MonthRange }) {
  const { customer } = useCustomer();
  const query = useQuery(allowancesQuery(customer.key, range));
  return (
    <Section title="Idle allowances" aside={<Csv what="allowances" query={{ ...range }} />}>
      <QueryView query={query} height={240}>
        {({ items }) => (
          <DataTable
            label="Allowances and what of them was used"
            columns={allowanceColumns}
            rows={items}
            rowKey={({ month, plan, charge }) => `${month} ${plan} ${charge}`}
            empty={<Empty title="No allowances">No charge of these months had one.</Empty>}
          />
        )}
      </QueryView>
    </Section>
  );
}
