import {
  formatAmount,
  formatDecimal,
  formatInstant,
  formatInstantFully,
  formatMoney,
} from '../format/format';
import { useReader } from '../format/reader';

interface MoneyProps {
  amount: string;
  /** Without it: the amount alone, for columns whose head names the currency. */
  currency?: string | undefined;
}

export function Money({ amount, currency }: MoneyProps) {
  const reader = useReader();
  const text = currency ? formatMoney(amount, currency, reader) : formatAmount(amount, reader);
  return (
    <data className="tabular" value={amount}>
      {text}
    </data>
  );
}

export function Quantity({ value, unit }: { value: string; unit?: string | undefined }) {
  const reader = useReader();
  return (
    <data className="tabular" value={value}>
      {formatDecimal(value, reader)}
      {unit ? ` ${unit}` : ''}
    </data>
  );
}

/** HTML has no more than three digits of a second. */
function toMilliseconds(instant: string): string {
  return instant.replace(/(\.\d{3})\d+/, '$1');
}

/** An instant in the reader's zone; to the second, with the zone, for whoever points at it. */
export function Instant({ at }: { at: string }) {
  const reader = useReader();
  return (
    <time className="tabular" dateTime={toMilliseconds(at)} title={formatInstantFully(at, reader)}>
      {formatInstant(at, reader)}
    </time>
  );
}
