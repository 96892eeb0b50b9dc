import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, forms } from './changeForms';

const typed = { name: 'Acme', time_zone: 'UTC', anchor_day: '1' };

test('an address is said whole', () => {
  const change = changeOf(
    forms.edit,
    { ...typed, 'address.street': 'Ring 1 ; 3rd floor', 'address.city': 'Bern', buyer_reference: 'R-7' },
    {},
  );
  assert.deepEqual(change, {
    kind: 'edit',
    name: 'Acme',
    email: null,
    time_zone: 'UTC',
    anchor_day: 1,
    tax_id: null,
    address: { street: ['Ring 1', '3rd floor'], city: 'Bern' },
    buyer_reference: 'R-7',
    purchase_order: null,
  });
});

test('an address without anything is none', () => {
  const change = changeOf(forms.edit, typed, {});
  assert.ok('address' in change && change.address === null);
});

test('a form without an address says nothing of one', () => {
  assert.ok(!('address' in changeOf(forms.pay, { reference: 'x', amount: '1', on: '2026-11-01' }, {})));
});
