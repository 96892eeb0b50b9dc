import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dayIn,
  formatAmount,
  formatDays,
  formatDecimal,
  formatInstant,
  formatMoney,
  formatMonth,
  monthsBefore,
} from './format';

const german = { locale: 'de-DE', zone: 'Europe/Berlin' };
const english = { locale: 'en-GB', zone: 'Asia/Kolkata' };
/** Spaces as on a keyboard: which ones are used depends on the version of the locale data. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u2009\u202f]/g, ' ').replace(' – ', '–');

test('every digit of an amount is written, also beyond what binary numbers hold', () => {
  assert.equal(formatAmount('9007199254740993.10', german), '9.007.199.254.740.993,10');
  assert.equal(plain(formatMoney('-1234.50', 'EUR', german)), '-1.234,50 €');
  assert.equal(formatMoney('1200', 'JPY', english), '¥1,200');
  assert.equal(plain(formatMoney('1.500', 'BHD', english)), 'BHD 1.500');
  assert.equal(formatDecimal('0.10000', english), '0.1');
});

test('what is no number stays as it is', () => {
  assert.equal(formatDecimal('no limit', german), 'no limit');
});

test('stretches are half-open, and said with their last day', () => {
  assert.equal(plain(formatDays('2026-10-01', '2026-11-01', english)), '1–31 Oct 2026');
});

test('days of a calendar know no zone, instants do', () => {
  assert.equal(formatMonth('2026-10', english), 'October 2026');
  assert.equal(plain(formatInstant('2026-10-31T18:30:00Z', english)), '1 Nov 2026, 00:00');
  assert.equal(dayIn('Asia/Kolkata', new Date('2026-10-31T18:30:00Z')), '2026-11-01');
  assert.equal(dayIn('America/New_York', new Date('2026-11-01T03:59:59Z')), '2026-10-31');
});

test('months before another one go over the turn of a year', () => {
  assert.equal(monthsBefore('2026-10', 0), '2026-10');
  assert.equal(monthsBefore('2026-10', 11), '2025-11');
  assert.equal(monthsBefore('2026-01', 1), '2025-12');
});
