import { dayIn } from '@/shared/format/format';

/** Named stretches of days that people ask usage for. */
export const ranges = {
  month: 'This month',
  'last-month': 'Last month',
  week: 'Last 7 days',
  days30: 'Last 30 days',
  year: 'Last 12 months',
  custom: 'From … to …',
} as const;

export type RangeName = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as RangeName[];

interface Range {
  /** Local days of the customer, the second not included. */
  from: string;
  to: string;
  /** Steps that show such a stretch well. */
  window: 'HOUR' | 'DAY' | 'MONTH';
}

function shifted(day: string, change: { days?: number; months?: number }): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + (change.months ?? 0));
  date.setUTCDate(date.getUTCDate() + (change.days ?? 0));
  return date.toISOString().slice(0, 10);
}

const isDay = (text: string | null): text is string => text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text);

export function rangeOf(
  name: RangeName,
  zone: string,
  custom: { from: string | null; to: string | null },
): Range {
  const today = dayIn(zone, new Date());
  const tomorrow = shifted(today, { days: 1 });
  const first = `${today.slice(0, 7)}-01`;
  switch (name) {
    case 'month':
      return { from: first, to: tomorrow, window: 'DAY' };
    case 'last-month':
      return { from: shifted(first, { months: -1 }), to: first, window: 'DAY' };
    case 'week':
      return { from: shifted(tomorrow, { days: -7 }), to: tomorrow, window: 'HOUR' };
    case 'days30':
      return { from: shifted(tomorrow, { days: -30 }), to: tomorrow, window: 'DAY' };
    case 'year':
      return { from: shifted(first, { months: -11 }), to: tomorrow, window: 'MONTH' };
    case 'custom':
      return {
        from: isDay(custom.from) ? custom.from : first,
        to: isDay(custom.to) ? custom.to : tomorrow,
        window: 'DAY',
      };
  }
}
