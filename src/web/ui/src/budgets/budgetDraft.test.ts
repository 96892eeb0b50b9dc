import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  budgetOf,
  canBeStored,
  draftOf,
  newBudget,
  type ThresholdDraft,
  wrongThreshold,
} from './budgetDraft';

const stored = {
  amount: '1200.00',
  currency: 'EUR',
  charge: 'Bandwidth',
  thresholds: [
    { on: 'actual' as const, percent: '80' },
    { on: 'forecast' as const, amount: '1100.00' },
  ],
};

test('what is stored comes back as it was', () => {
  assert.deepEqual(budgetOf(draftOf(stored)), stored);
});

test('a new budget has the usual thresholds, for all charges', () => {
  const budget = budgetOf({ ...newBudget('EUR'), amount: '100' });
  assert.equal(budget.charge, null);
  assert.deepEqual(budget.thresholds, [
    { on: 'actual', percent: '80' },
    { on: 'actual', percent: '100' },
    { on: 'forecast', percent: '100' },
  ]);
});

test('two budgets for the same, and figures that are none, cannot be stored', () => {
  const good = { ...newBudget('EUR'), amount: '100' };
  assert.ok(canBeStored([good]));
  assert.ok(canBeStored([good, { ...newBudget('USD'), amount: '100' }]));
  assert.ok(!canBeStored([good, { ...newBudget('EUR'), amount: '100' }]));
  assert.ok(!canBeStored([newBudget('EUR')]));
  assert.ok(
    !canBeStored([{ ...good, thresholds: [{ id: 0, on: 'actual', kind: 'percent', value: '1001' }] }]),
  );
});

test('a threshold is there once, however its figure is written', () => {
  const first: ThresholdDraft = { id: 1, on: 'actual', kind: 'percent', value: '80' };
  const among = (change: Partial<ThresholdDraft>) =>
    wrongThreshold(first, [first, { ...first, id: 2, ...change }]);
  assert.match(among({ value: '80.0' }) ?? '', /like it/);
  assert.equal(among({ value: '81' }), undefined);
  assert.equal(among({ on: 'forecast' }), undefined);
  assert.equal(among({ kind: 'amount' }), undefined);
  assert.equal(among({ value: '' }), undefined);
});
