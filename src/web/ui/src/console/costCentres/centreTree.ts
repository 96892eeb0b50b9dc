import { depthOf } from '../lib/tree';
import type { CentreBudgets, CostCentre } from './costCentreQueries';

/** A cost centre of a tree, with what may be spent below it. */
export interface CentreRow extends CostCentre {
  /** How many are above it. */
  depth: number;
  stored: CentreBudgets | undefined;
}

/** The trees with their budgets, in the order in which the API has them: each behind its parent. */
export function rowsOf(centres: CostCentre[], stored: CentreBudgets[]): CentreRow[] {
  const parents = new Map(centres.map(({ name, parent }) => [name, parent]));
  const budgets = new Map(stored.map((one) => [one.cost_centre, one]));
  return centres.map((centre) => ({
    ...centre,
    depth: depthOf(centre.name, parents),
    stored: budgets.get(centre.name),
  }));
}

/** Budgets that wait for a cost centre of that name. */
export function waitingOf(stored: CentreBudgets[]): CentreBudgets[] {
  return stored.filter(({ exists }) => !exists);
}

/** The first so many names, and how many there are beside. */
export function firstOf(names: string[], most: number): string {
  const left = names.length - most;
  const first = names.slice(0, most).join(', ');
  return left > 0 ? `${first} and ${String(left)} more` : first;
}
