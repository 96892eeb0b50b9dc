import { useSearchParams } from 'react-router-dom';
import { dayIn, monthsBefore } from '@/shared/format/format';
import { Choice } from '@/shared/ui/Choice';
import { Filters } from '@/shared/ui/Filters';
import { Page } from '@/shared/ui/Page';
import { useCustomer } from '../customer';
import { Benchmark } from './Benchmark';
import { CheapestPlan } from './CheapestPlan';
import { CostTrend, DearestCharges, IdleAllowances } from './CostsByMonth';
import { UnitCosts } from './UnitCosts';

const stretches = { '6': 6, '12': 12, '24': 24, '36': 36 } as const;
type Stretch = keyof typeof stretches;
const names = Object.keys(stretches) as Stretch[];

/** What a customer can learn from its costs: where they go, what is idle, what would be cheaper. */
export function Component() {
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const stretch = names.find((one) => one === search.get('months')) ?? '12';
  const to = dayIn(customer.time_zone, new Date()).slice(0, 7);
  const range = { from: monthsBefore(to, stretches[stretch] - 1), to };
  return (
    <Page title="Costs">
      <Filters>
        <Choice
          label="Range"
          value={stretch}
          onChange={(value) => {
            setSearch(value === '12' ? {} : { months: value }, { replace: true });
          }}
          data={names.map((value) => ({ value, label: `Last ${value} months` }))}
        />
      </Filters>
      <CostTrend range={range} />
      <DearestCharges range={range} />
      <IdleAllowances range={range} />
      <UnitCosts range={range} />
      <CheapestPlan />
      <Benchmark month={monthsBefore(to, 1)} />
    </Page>
  );
}
