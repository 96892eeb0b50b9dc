import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExactly } from './exactJson';

test('numbers keep all their digits', () => {
  assert.deepEqual(parseExactly('{"a":0.61166666666666666666,"b":[-12.50,9007199254740993,1e3]}'), {
    a: '0.61166666666666666666',
    b: ['-12.50', '9007199254740993', '1e3'],
  });
});

test('what stands in strings stays, and so do words', () => {
  assert.deepEqual(parseExactly('{"a\\"1":"12 \\\\\\" 3","b":true,"c":null}'), {
    'a"1': '12 \\" 3',
    b: true,
    c: null,
  });
});
