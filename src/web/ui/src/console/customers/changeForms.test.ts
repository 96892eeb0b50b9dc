import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, forms } from './changeForms';

test('fields that are empty are left out, but for what is taken away by it', () => {
  const typed = { name: 'Acme', time_zone: 'UTC', anchor_day: '1', email: ' ', country: '' };
  assert.deepEqual(changeOf(forms.edit, typed, {}), {
    kind: 'edit',
    name: 'Acme',
    email: null,
    time_zone: 'UTC',
    anchor_day: 1,
    tax_id: null,
  });
});

test('what is given goes along', () => {
  const typed = { quantities: 'seats=10, devices=3', when: 'today' };
  assert.deepEqual(changeOf(forms['change-quantities'], typed, { subscription: 'acme-1' }), {
    kind: 'change-quantities',
    subscription: 'acme-1',
    quantities: { seats: '10', devices: '3' },
    when: 'today',
  });
});
