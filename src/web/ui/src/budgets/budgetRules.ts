import type { Schemas } from '@/shared/api/client';
import { compare, percentOf, trimmed } from '@/shared/format/decimal';

export type Budget = Schemas['Budget'];
export type Threshold = NonNullable<Budget['thresholds']>[number];
export type BudgetAlert = Schemas['Alert'];

/** What a budget has where nobody chose others. */
export const usualThresholds: Threshold[] = [
  { on: 'actual', percent: '80' },
  { on: 'actual', percent: '100' },
  { on: 'forecast', percent: '100' },
];

export const budgetsMax = 20;
export const thresholdsMax = 10;

/** Whether two figures are the same, in whatever way they are written; null where there is none. */
function same(a: string | null | undefined, b: string | null | undefined): boolean {
  if (a == null || b == null) return a == b;
  return compare(a, b) === 0;
}

/** "80 %" or an amount, which `money` writes. */
export function limitText(threshold: Threshold, money: (amount: string) => string): string {
  if (threshold.percent != null) return `${trimmed(threshold.percent)} %`;
  return money(threshold.amount ?? '0');
}

/** How far a threshold is along its budget, in percent. */
export function placeOf(threshold: Threshold, budget: Budget): string {
  return threshold.percent ?? percentOf(threshold.amount ?? '0', budget.amount, 2) ?? '0';
}

/** The alert that told of a threshold in a month. */
export function alertOf(
  alerts: BudgetAlert[],
  budget: Budget,
  threshold: Threshold,
  month: string,
): BudgetAlert | undefined {
  return alerts.find(
    (alert) =>
      alert.month === month &&
      alert.on === threshold.on &&
      alert.currency === budget.currency &&
      alert.charge === (budget.charge ?? null) &&
      same(alert.budget, budget.amount) &&
      same(alert.percent, threshold.percent) &&
      (threshold.amount == null || same(alert.limit, threshold.amount)),
  );
}

/** What is wrong with a budget's figures, by the field; nothing where they can be stored. */
export function wrongIn(text: string, max: string | null = null): string | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return 'a figure such as 1200.00';
  if (compare(text, '0') <= 0) return 'above zero';
  if (max !== null && compare(text, max) > 0) return `at most ${max}`;
  return undefined;
}
