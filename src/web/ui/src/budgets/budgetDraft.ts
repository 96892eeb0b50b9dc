import { compare } from '@/shared/format/decimal';
import { type Budget, type Threshold, usualThresholds, wrongIn } from './budgetRules';

/** A threshold as it is typed. */
export interface ThresholdDraft {
  id: number;
  on: Threshold['on'];
  kind: 'percent' | 'amount';
  value: string;
}

/** A budget as it is typed. */
export interface BudgetDraft {
  id: number;
  currency: string;
  /** Empty: all charges. */
  charge: string;
  amount: string;
  thresholds: ThresholdDraft[];
}

let drafts = 0;

function nextId(): number {
  drafts += 1;
  return drafts;
}

function draftOfThreshold({ on, percent, amount }: Threshold): ThresholdDraft {
  return percent != null
    ? { id: nextId(), on, kind: 'percent', value: percent }
    : { id: nextId(), on, kind: 'amount', value: amount ?? '' };
}

export function newThreshold(): ThresholdDraft {
  return { id: nextId(), on: 'actual', kind: 'percent', value: '' };
}

export function newBudget(currency: string): BudgetDraft {
  return {
    id: nextId(),
    currency,
    charge: '',
    amount: '',
    thresholds: usualThresholds.map(draftOfThreshold),
  };
}

export function draftOf(budget: Budget): BudgetDraft {
  const { currency, amount, charge, thresholds } = budget;
  return {
    id: nextId(),
    currency,
    charge: charge ?? '',
    amount,
    thresholds: (thresholds ?? usualThresholds).map(draftOfThreshold),
  };
}

export function budgetOf({ currency, charge, amount, thresholds }: BudgetDraft): Budget {
  return {
    currency,
    amount,
    charge: charge || null,
    thresholds: thresholds.map(({ on, kind, value }) =>
      kind === 'percent' ? { on, percent: value } : { on, amount: value },
    ),
  };
}

function wrongFigure({ kind, value }: ThresholdDraft): string | undefined {
  return wrongIn(value, kind === 'percent' ? '1000' : null);
}

/** What is wrong with a threshold among all of its budget. */
export function wrongThreshold(threshold: ThresholdDraft, all: ThresholdDraft[]): string | undefined {
  const wrong = wrongFigure(threshold);
  if (wrong !== undefined) return wrong;
  const { id, on, kind, value } = threshold;
  const twin = all.some(
    (other) =>
      other.id !== id &&
      other.on === on &&
      other.kind === kind &&
      wrongFigure(other) === undefined &&
      compare(other.value, value) === 0,
  );
  return twin ? 'there is one like it' : undefined;
}

/** Whether there is another budget for the same. */
export function isTwice(budget: BudgetDraft, all: BudgetDraft[]): boolean {
  return all.some(
    ({ id, currency, charge }) =>
      id !== budget.id && currency === budget.currency && charge === budget.charge,
  );
}

export function canBeStored(budgets: BudgetDraft[]): boolean {
  return budgets.every(
    (budget) =>
      wrongIn(budget.amount) === undefined &&
      !isTwice(budget, budgets) &&
      budget.thresholds.every((threshold) => wrongThreshold(threshold, budget.thresholds) === undefined),
  );
}
