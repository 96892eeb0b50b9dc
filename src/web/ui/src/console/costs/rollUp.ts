import type { Schemas } from '@/shared/api/client';
import { add } from '@/shared/format/decimal';
import { depthOf, inTrees } from '../lib/tree';

export type RolledUpCost = Schemas['RolledUpCost'];

/** What a customer or a cost centre cost in a month, over all charges of a currency. */
export interface RolledUpMonth {
  node: string;
  /** How many are above it, of those that are shown. */
  depth: number;
  month: string;
  currency: string;
  billed: string;
  billedWithBelow: string;
  shownWithBelow: string;
  charges: RolledUpCost[];
}

export function nodeOf({ customer, cost_centre: costCentre }: RolledUpCost): string {
  return customer ?? costCentre ?? '';
}

/** Charges summed by node, month and currency, as the trees of the nodes stand. */
export function monthsOf(items: RolledUpCost[]): RolledUpMonth[] {
  const parents = new Map(items.map((item) => [nodeOf(item), item.parent]));
  const months = new Map<string, RolledUpMonth>();
  for (const item of items) {
    const node = nodeOf(item);
    const key = JSON.stringify([node, item.month, item.currency]);
    const known = months.get(key) ?? {
      node,
      depth: depthOf(node, parents),
      month: item.month,
      currency: item.currency,
      billed: '0',
      billedWithBelow: '0',
      shownWithBelow: '0',
      charges: [],
    };
    months.set(key, {
      ...known,
      billed: add(known.billed, item.billed),
      billedWithBelow: add(known.billedWithBelow, item.billed_with_below),
      shownWithBelow: add(known.shownWithBelow, item.shown_with_below),
      charges: [...known.charges, item],
    });
  }
  const byNode = new Map<string, RolledUpMonth[]>();
  for (const month of months.values()) byNode.set(month.node, [...(byNode.get(month.node) ?? []), month]);
  return inTrees([...byNode.keys()], parents).flatMap((node) => byNode.get(node) ?? []);
}
