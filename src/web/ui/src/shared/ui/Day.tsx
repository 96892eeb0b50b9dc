import { formatDay } from '@/shared/format/format';
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
