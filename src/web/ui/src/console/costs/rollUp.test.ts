import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monthsOf, type RolledUpCost } from './rollUp';

function cost(
  customer: string,
  parent: string | null,
  month: string,
  charge: string,
  own: string,
  all: string,
) {
  return {
    customer,
    cost_centre: null,
    parent,
    month,
    charge,
    currency: 'EUR',
    billed: own,
    shown: '0.00',
    billed_with_below: all,
    shown_with_below: '0.00',
  } satisfies RolledUpCost;
}

test('charges of a node are summed by month, and a node is as deep as what is shown above it', () => {
  const months = monthsOf([
    cost('group', 'not shown', '2026-09', 'fee', '0.10', '10.30'),
    cost('group', 'not shown', '2026-09', 'storage', '0.20', '0.20'),
    cost('group', 'not shown', '2026-10', 'fee', '0.10', '0.10'),
    cost('search', 'group', '2026-09', 'fee', '10.20', '10.20'),
  ]);
  assert.deepEqual(
    months.map(({ node, depth, month, billed, billedWithBelow }) => [
      node,
      depth,
      month,
      billed,
      billedWithBelow,
    ]),
    [
      ['group', 0, '2026-09', '0.30', '10.50'],
      ['group', 0, '2026-10', '0.10', '0.10'],
      ['search', 1, '2026-09', '10.20', '10.20'],
    ],
  );
  assert.deepEqual(
    months[0]?.charges.map(({ charge }) => charge),
    ['fee', 'storage'],
  );
});

test('what is below a node stands before the next one', () => {
  const months = monthsOf([
    cost('group', null, '2026-09', 'fee', '0.00', '3.00'),
    cost('apps', 'group', '2026-09', 'fee', '0.00', '1.00'),
    cost('search', 'group', '2026-09', 'fee', '0.00', '2.00'),
    cost('acme', 'apps', '2026-09', 'fee', '1.00', '1.00'),
    cost('hooli', 'search', '2026-09', 'fee', '2.00', '2.00'),
  ]);
  assert.deepEqual(
    months.map(({ node }) => node),
    ['group', 'apps', 'acme', 'search', 'hooli'],
  );
});
