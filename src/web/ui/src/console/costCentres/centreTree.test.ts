import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOf, rowsOf, waitingOf } from './centreTree';

function centre(name: string, parent: string | null) {
  return { name, title: name, parent, customers: [], plans: [] };
}

function stored(name: string, exists: boolean) {
  return {
    cost_centre: name,
    exists,
    budgets: [{ amount: '10.00', currency: 'EUR', charge: null, thresholds: [] }],
    also_to: [],
  };
}

const budgets = [stored('east', true), stored('moved', false)];

test('cost centres keep their order, are as deep as their parents say, and have their budgets', () => {
  const rows = rowsOf(
    [centre('company', null), centre('east', 'company'), centre('lab', 'east'), centre('other', null)],
    budgets,
  );
  assert.deepEqual(
    rows.map(({ name, depth, stored: found }) => [name, depth, found?.budgets.length]),
    [
      ['company', 0, undefined],
      ['east', 1, 1],
      ['lab', 2, undefined],
      ['other', 0, undefined],
    ],
  );
});

test('budgets wait whose cost centre the configuration does not have', () => {
  assert.deepEqual(
    waitingOf(budgets).map(({ cost_centre: name }) => name),
    ['moved'],
  );
});

test('of many names the first are said, and how many there are', () => {
  assert.equal(firstOf([], 2), '');
  assert.equal(firstOf(['a', 'b'], 2), 'a, b');
  assert.equal(firstOf(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
});
