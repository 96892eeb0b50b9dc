import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  add,
  compare,
  fractionOf,
  isDecimal,
  negate,
  percentOf,
  sign,
  subtract,
  sum,
  trimmed,
} from './decimal';

test('sums and differences are exact, with the digits of the finer one', () => {
  assert.equal(add('0.1', '0.2'), '0.3');
  assert.equal(add('99999999999999999999.99', '0.01'), '100000000000000000000.00');
  assert.equal(subtract('1.00', '1.005'), '-0.005');
  assert.equal(subtract('0.05', '0.1'), '-0.05');
  assert.equal(sum([]), '0');
  assert.equal(sum(['0.10', '0.20', '0.30']), '0.60');
});

test('signs', () => {
  assert.equal(negate('12.50'), '-12.50');
  assert.equal(negate('-0.01'), '0.01');
  assert.equal(negate('0.00'), '0.00');
  assert.equal(sign('-0.01'), -1);
  assert.equal(sign('-0.00'), 0);
  assert.equal(sign('3'), 1);
});

test('order is by value, not by text', () => {
  assert.ok(compare('9', '10') < 0);
  assert.ok(compare('-9', '-10') > 0);
  assert.equal(compare('1.50', '1.5'), 0);
});

test('shares are cut, never rounded up to the whole', () => {
  assert.equal(percentOf('1', '3'), '33.3');
  assert.equal(percentOf('999.99', '1000', 0), '99');
  assert.equal(percentOf('-5', '20'), '-25.0');
  assert.equal(percentOf('1', '0.00'), null);
  assert.equal(fractionOf('5000', 421, 1000), '2105');
  assert.equal(fractionOf('1.5', 1, 2, 2), '0.75');
});

test('zeros at the end of a fraction go, others stay', () => {
  assert.equal(trimmed('1.500'), '1.5');
  assert.equal(trimmed('100'), '100');
  assert.equal(trimmed('100.00'), '100');
});

test('what is no decimal is refused', () => {
  for (const text of ['', '1,5', '1e3', '.5', '1.', '+1', ' 1', 'NaN']) {
    assert.equal(isDecimal(text), false, text);
    assert.throws(() => add(text, '1'), RangeError);
  }
});
