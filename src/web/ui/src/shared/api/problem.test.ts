import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, isOutdated, refusedOf } from './problem';

function refusal(status: number, items: { at: string; detail: string }[]): ApiError {
  return new ApiError(status, {
    type: 'about:blank',
    title: 'Bad request',
    status,
    detail: 'not so',
    instance: '',
    items,
  });
}

test('what is refused of a list is told by the member that was sent', () => {
  const first = { name: 'a' };
  const second = { name: 'b' };
  const error = refusal(400, [
    { at: 'lines[1]', detail: 'there is no b' },
    { at: 'notes[0]', detail: 'too long' },
  ]);
  const refused = refusedOf(error, 'lines', [first, second]);
  assert.deepEqual([...refused], [[second, 'there is no b']]);
  assert.equal(refused.get({ ...second }), undefined, 'one that was changed since is another');
});

test('nothing is told of lists where nothing was refused', () => {
  assert.equal(refusedOf(null, 'lines', ['a']).size, 0);
  assert.equal(refusedOf(new Error('no network'), 'lines', ['a']).size, 0);
  assert.equal(refusedOf(refusal(400, []), 'lines', ['a']).size, 0);
});

test('only a mismatch of what was read is outdated', () => {
  assert.ok(isOutdated(refusal(412, [])));
  assert.ok(!isOutdated(refusal(400, [])));
  assert.ok(!isOutdated(null));
});
