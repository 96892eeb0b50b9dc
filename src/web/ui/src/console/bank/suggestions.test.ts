import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BankEntry, ordered, searchesFor } from './suggestions';

const entry = {
  amount: '100.90',
  currency: 'EUR',
  why: "it names 'acme', who has no open document of that amount",
  counterparty: 'Acme Rockets Ltd',
  text: 'Rechnung INV-2026-000001 vom 1.11.',
  end_to_end: null,
} as BankEntry;

test('customers are looked for by what the match found, the payer, and the words of the text', () => {
  const searches = searchesFor(entry);
  assert.equal(searches[0], 'acme');
  assert.ok(searches.includes('Acme Rockets Ltd'));
  assert.ok(searches.includes('INV-2026-000001'));
  assert.ok(!searches.includes('vom'));
});

test('documents of just the amount come first, then by due day', () => {
  const document = { issued_on: '2026-11-01', total: '0', overdue: false };
  const found = ordered(
    [
      { ...document, number: 'a', due_on: '2026-11-15', open_amount: '5.00' },
      { ...document, number: 'b', due_on: '2026-10-15', open_amount: '7.00' },
      { ...document, number: 'c', due_on: '2026-12-15', open_amount: '100.9' },
    ],
    entry,
  );
  assert.deepEqual(
    found.map(({ number }) => number),
    ['c', 'b', 'a'],
  );
  assert.ok(found[0]?.exact);
});
