import type { Schemas } from '@/shared/api/client';

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
