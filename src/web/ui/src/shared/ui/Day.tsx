import { formatDay, formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';

/** A day of a calendar, as the reader writes it. */
export function Day({ day }: { day: string }) {
  const reader = useReader();
  return (
    <time className="tabular" dateTime={day}>
      {formatDay(day, reader)}
    </time>
  );
}

/** A month of a calendar ("2026-10"), as the reader writes it. */
export function Month({ month }: { month: string }) {
  const reader = useReader();
  return (
    <time className="tabular" dateTime={month}>
      {formatMonth(month, reader)}
    </time>
  );
}
