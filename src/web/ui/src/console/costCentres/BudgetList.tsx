import { Text } from '@mantine/core';
import { type Budget, limitText, type Threshold } from '@/budgets/budgetRules';
import { formatMoney } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Money } from '@/shared/ui/Money';
import classes from './BudgetList.module.css';

function ThresholdWords({ budget, threshold }: { budget: Budget; threshold: Threshold }) {
  const reader = useReader();
  const limit = limitText(threshold, (amount) => formatMoney(amount, budget.currency, reader));
  return `${limit} ${threshold.on === 'actual' ? 'spent' : 'forecast'}`;
}

/** Budgets of a month in words, each with what is told of it. */
export function BudgetList({ budgets }: { budgets: Budget[] }) {
  return (
    <ul className={classes.budgets}>
      {budgets.map((budget) => (
        <li key={`${budget.currency} ${budget.charge ?? ''}`}>
          <Money amount={budget.amount} currency={budget.currency} />{' '}
          {budget.charge == null ? 'for all charges' : `for ${budget.charge}`}
          <Text size="xs" c="dimmed" component="span" display="block">
            {budget.thresholds?.length ? 'Told at ' : 'Never told'}
            {budget.thresholds?.map((threshold, index) => (
              <span key={`${threshold.on} ${threshold.percent ?? ''} ${threshold.amount ?? ''}`}>
                {index === 0 ? '' : ', '}
                <ThresholdWords budget={budget} threshold={threshold} />
              </span>
            ))}
          </Text>
        </li>
      ))}
    </ul>
  );
}
