import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayIn } from '@/shared/format/format';
import { type Anomaly, isOdd, stepsOf } from './anomalies';

const hours = { step: 'HOUR', starts_at: '2026-10-21T01:00:00Z', ends_at: '2026-10-21T03:00:00Z' } as Anomaly;
// Across the end of summer time in Berlin, on 25 October.
const days = { step: 'DAY', starts_at: '2026-10-25T22:00:00Z', ends_at: '2026-10-26T23:00:00Z' } as Anomaly;

test('hours around an anomaly are all there, with those it has marked', () => {
  const steps = stepsOf(hours, 'UTC', [{ starts_at: '2026-10-21T02:00:00Z', quantity: '7' }]);
  assert.equal(steps.length, 24 + 2 + 12);
  const odd = steps.filter(({ startsAt }) => isOdd(hours, startsAt));
  assert.deepEqual(
    odd.map(({ quantity }) => quantity),
    ['0', '7'],
  );
});

test('days around an anomaly are local days, each once', () => {
  const steps = stepsOf(days, 'Europe/Berlin', [{ starts_at: '2026-10-24T22:00:00Z', quantity: '3' }]);
  const names = steps.map(({ startsAt }) => dayIn('Europe/Berlin', new Date(startsAt)));
  assert.equal(new Set(names).size, names.length);
  assert.equal(steps.filter(({ quantity }) => quantity === '3').length, 1);
});
