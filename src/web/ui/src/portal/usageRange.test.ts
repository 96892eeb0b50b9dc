import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayIn } from '@/shared/format/format';
import { rangeNames, rangeOf } from './usageRange';

const none = { from: null, to: null };

test('every range holds days of the zone, and its end does not belong to it', () => {
  const today = dayIn('Pacific/Kiritimati', new Date());
  for (const name of rangeNames) {
    const { from, to } = rangeOf(name, 'Pacific/Kiritimati', none);
    assert.ok(from < to, name);
    if (name !== 'last-month') assert.ok(from <= today && today < to, name);
  }
  const last = rangeOf('last-month', 'Pacific/Kiritimati', none);
  assert.match(last.from, /-01$/);
  assert.match(last.to, /-01$/);
});

test('what somebody typed counts where it is a day', () => {
  assert.equal(rangeOf('custom', 'UTC', { from: '2026-02-03', to: '2026-02-05' }).from, '2026-02-03');
  assert.match(rangeOf('custom', 'UTC', { from: '"><script>', to: null }).from, /-01$/);
});
