import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertOf, type BudgetAlert, limitText, placeOf, wrongIn } from './budgetRules';

const budget = { amount: '1200.00', currency: 'EUR', charge: null };
const told: BudgetAlert = {
  customer: 'acme',
  number: 1,
  month: '2026-11',
  told_at: '2026-11-12T10:01:00Z',
  on: 'actual',
  charge: null,
  currency: 'EUR',
  budget: '1200.00',
  limit: '960.00',
  percent: '80',
  spent: '961.00',
  text: '',
};

test('a threshold is told by the alert of its month, kind and figure, however the figure is written', () => {
  const find = (change: Partial<BudgetAlert>, month = '2026-11') =>
    alertOf([{ ...told, ...change }], budget, { on: 'actual', percent: '80.0' }, month);
  assert.ok(find({}));
  assert.equal(find({}, '2026-12'), undefined);
  assert.equal(find({ on: 'forecast' }), undefined);
  assert.equal(find({ charge: 'Bandwidth' }), undefined);
  assert.equal(find({ currency: 'USD' }), undefined);
  assert.equal(find({ percent: null }), undefined);
  assert.equal(find({ budget: '1000.00' }), undefined);
});

test('a threshold by amount is told by its limit', () => {
  const threshold = { on: 'actual' as const, amount: '960' };
  assert.ok(alertOf([{ ...told, percent: null }], budget, threshold, '2026-11'));
  assert.equal(alertOf([{ ...told, percent: null, limit: '961' }], budget, threshold, '2026-11'), undefined);
  assert.equal(alertOf([told], budget, threshold, '2026-11'), undefined);
});

test('thresholds are written and placed along the budget', () => {
  assert.equal(limitText({ on: 'actual', percent: '80.0' }, String), '80 %');
  assert.equal(
    limitText({ on: 'actual', amount: '600.00' }, (amount) => `€${amount}`),
    '€600.00',
  );
  assert.equal(placeOf({ on: 'actual', amount: '600.00' }, budget), '50.00');
});

test('a figure that cannot be stored says why', () => {
  assert.equal(wrongIn('1200.00'), undefined);
  assert.match(wrongIn('1,200') ?? '', /such as/);
  assert.match(wrongIn('') ?? '', /such as/);
  assert.match(wrongIn('-1') ?? '', /such as/);
  assert.match(wrongIn('0.00') ?? '', /above zero/);
  assert.match(wrongIn('1000.01', '1000') ?? '', /at most/);
});
