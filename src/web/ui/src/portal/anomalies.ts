import type { Schemas } from '@/shared/api/client';
import { dayAfter, dayIn } from '@/shared/format/format';

export type Anomaly = Schemas['Anomalies']['items'][number];

/** How far back is looked where nobody says otherwise. */
export const anomalyDays = 30;

const hour = 3_600_000;
const day = 24 * hour;

/** What a chart of an anomaly shows: a day before and after hours, two weeks before and three days after days. */
export function surroundings({ step, starts_at: start, ends_at: end }: Anomaly): {
  from: string;
  to: string;
} {
  const [before, after] = step === 'HOUR' ? [day, 12 * hour] : [14 * day, 3 * day];
  return {
    from: new Date(Date.parse(start) - before).toISOString(),
    to: new Date(Date.parse(end) + after).toISOString(),
  };
}

/** Whether a step that begins then belongs to the anomaly. */
export function isOdd(anomaly: Anomaly, startsAt: string): boolean {
  const at = Date.parse(startsAt);
  return at >= Date.parse(anomaly.starts_at) && at < Date.parse(anomaly.ends_at);
}

interface Row {
  starts_at: string;
  quantity: string;
}

/** All steps around an anomaly, also those without usage. `rows` are windows of the zone that have some. */
export function stepsOf(
  anomaly: Anomaly,
  zone: string,
  rows: Row[],
): { startsAt: string; quantity: string }[] {
  const { from, to } = surroundings(anomaly);
  const end = Math.min(Date.parse(to), Date.now());
  const steps: { startsAt: string; quantity: string }[] = [];
  if (anomaly.step === 'HOUR') {
    const known = new Map(rows.map(({ starts_at: start, quantity }) => [Date.parse(start), quantity]));
    for (let at = Date.parse(from); at < end; at += hour) {
      steps.push({ startsAt: new Date(at).toISOString(), quantity: known.get(at) ?? '0' });
    }
    return steps;
  }
  const known = new Map(rows.map((row) => [dayIn(zone, new Date(row.starts_at)), row]));
  const last = dayIn(zone, new Date(end - 1));
  for (let local = dayIn(zone, new Date(from)); local <= last; local = dayAfter(local)) {
    const row = known.get(local);
    steps.push({ startsAt: row?.starts_at ?? `${local}T12:00:00Z`, quantity: row?.quantity ?? '0' });
  }
  return steps;
}
