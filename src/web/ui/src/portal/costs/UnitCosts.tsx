import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useState } from 'react';
import type { Schemas } from '@/shared/api/client';
import { Choice } from '@/shared/ui/Choice';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Month } from '@/shared/ui/Day';
import { Filters } from '@/shared/ui/Filters';
import { Money, Quantity } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { useCustomer } from '../customer';
import { metersQuery } from '../queries';
import { Csv, MoneyOrNone } from './CostParts';
import { type MonthRange, unitCostsQuery } from './costQueries';

const column = createColumnHelper<Schemas['UnitCost']>();
const columns = [
  column.accessor('month', { header: 'Month', cell: (cell) => <Month month={cell.getValue()} /> }),
  column.accessor('quantity', {
    header: 'Quantity',
    sortingFn: byDecimal,
    meta: { numeric: true },
    cell: (cell) => <Quantity value={cell.getValue()} />,
  }),
  column.accessor('cost', {
    header: 'Cost',
    sortingFn: byDecimal,
    meta: { numeric: true, wideOnly: true },
    cell: ({ row: { original } }) => <Money amount={original.cost} currency={original.currency} />,
  }),
  column.accessor('cost_per_unit', {
    header: 'Of one',
    enableSorting: false,
    meta: { numeric: true },
    cell: ({ row: { original } }) => (
      <MoneyOrNone amount={original.cost_per_unit} currency={original.currency} />
    ),
  }),
];

interface Unit {
  value: string;
  label: string;
}

function CostsOf({ units, range }: { units: Unit[]; range: MonthRange }) {
  const { customer } = useCustomer();
  const [chosen, setChosen] = useState(units[0]?.value ?? '');
  const query = useQuery(unitCostsQuery(customer.key, range, chosen));
  return (
    <>
      <Filters>
        <Choice label="One of" value={chosen} onChange={setChosen} data={units} />
        <Csv what="unit" query={{ ...range, unit: chosen }} />
      </Filters>
      <QueryView query={query} height={240}>
        {({ items }) => (
          <DataTable
            label={`Cost of one of ${units.find(({ value }) => value === chosen)?.label ?? chosen}`}
            columns={columns}
            rows={items}
            rowKey={({ month, currency }) => `${month} ${currency}`}
            empty={<Empty title="Nothing was issued in these months" />}
          />
        )}
      </QueryView>
    </>
  );
}

/** A month's whole cost by what a meter measured, or by a quantity of subscriptions. */
export function UnitCosts({ range }: { range: MonthRange }) {
  const { customer } = useCustomer();
  const meters = useQuery(metersQuery(customer.key));
  const quantities = customer.subscriptions.flatMap((one) => one.quantities.map(({ name }) => name));
  return (
    <Section title="Cost per unit">
      <QueryView query={meters} height={280}>
        {({ items }) => {
          const units = [
            ...[...new Set(quantities)].map((name) => ({ value: name, label: name })),
            ...items.map(({ meter, title }) => ({ value: meter, label: title || meter })),
          ];
          return units.length === 0 ? (
            <Empty title="Nothing to divide by">Neither a meter nor a quantity of a subscription.</Empty>
          ) : (
            <CostsOf units={units} range={range} />
          );
        }}
      </QueryView>
    </Section>
  );
}
