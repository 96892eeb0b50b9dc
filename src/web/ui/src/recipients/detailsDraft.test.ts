import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@/shared/api/problem';
import { detailsOf, draftOf, hasNoAddress, isShownByFields, wrongLine, wrongMember } from './detailsDraft';

const nothing = { address: null, buyer_reference: null, purchase_order: null };
const stored = {
  address: {
    street: ['Building 4', '1 Main Street'],
    postal_code: '62701',
    city: 'Springfield',
    subdivision: 'IL',
    country: 'US',
  },
  buyer_reference: 'cost centre 4711',
  purchase_order: 'PO-2026-117',
};

function refused(...items: { at: string; detail: string }[]): ApiError {
  return new ApiError(400, { type: '', title: 'Bad Request', status: 400, detail: '', instance: '', items });
}

test('what is stored comes back as it was', () => {
  assert.deepEqual(detailsOf(draftOf(stored)), stored);
  assert.deepEqual(detailsOf(draftOf(nothing)), nothing);
});

test('a draft has all the lines that a street may have', () => {
  assert.deepEqual(draftOf(stored).street, ['Building 4', '1 Main Street', '']);
  assert.deepEqual(draftOf(nothing).street, ['', '', '']);
});

test('blanks at the ends and empty lines are nothing', () => {
  const draft = {
    ...draftOf(nothing),
    street: ['  ', ' 1 Main Street ', ''],
    city: ' ',
    buyer_reference: '  ',
  };
  assert.deepEqual(detailsOf(draft), {
    ...nothing,
    address: { street: ['1 Main Street'], postal_code: null, city: null, subdivision: null, country: null },
  });
});

test('an address is there as soon as something of it is', () => {
  assert.ok(hasNoAddress({ ...draftOf(nothing), purchase_order: 'PO-1', city: ' ' }));
  assert.ok(!hasNoAddress({ ...draftOf(nothing), country: 'CH' }));
  assert.ok(!hasNoAddress({ ...draftOf(nothing), street: ['', '', 'Ring 1'] }));
});

test('what is wrong stands at the line that was typed, though empty lines were not sent', () => {
  const draft = { ...draftOf(nothing), street: ['Ring 1', '', 'a;b'] };
  const error = refused({ at: 'address.street[1]', detail: 'a line has no semicolon' });
  assert.deepEqual(
    [0, 1, 2].map((line) => wrongLine(error, draft, line)),
    [undefined, undefined, 'a line has no semicolon'],
  );
  assert.ok(isShownByFields(error, draft));
});

test('what is wrong with a member stands at its field', () => {
  const error = refused(
    { at: 'address.city', detail: 'too long' },
    { at: 'purchase_order', detail: 'too long' },
  );
  assert.equal(wrongMember(error, 'city'), 'too long');
  assert.equal(wrongMember(error, 'purchase_order'), 'too long');
  assert.equal(wrongMember(error, 'country'), undefined);
  assert.ok(isShownByFields(error, draftOf(stored)));
});

test('what no field shows is told of the whole', () => {
  assert.ok(!isShownByFields(refused(), draftOf(stored)));
  assert.ok(!isShownByFields(refused({ at: 'address.street[2]', detail: '' }), draftOf(stored)));
  assert.ok(
    !isShownByFields(refused({ at: 'address.city', detail: '' }, { at: 'x', detail: '' }), draftOf(stored)),
  );
});
