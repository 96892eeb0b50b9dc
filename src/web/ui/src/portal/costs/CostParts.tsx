import { formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Money } from '@/shared/ui/Money';
import { apiPathOf, useCustomer } from '../customer';

/** A dash where there is none. */
export function Percent({ value }: { value: string | null }) {
  const reader = useReader();
  return <span className="tabular">{value === null ? '—' : formatPercent(value, reader)}</span>;
}

/** A dash where there is none. */
export function MoneyOrNone({ amount, currency }: { amount: string | null; currency: string }) {
  return amount === null ? '—' : <Money amount={amount} currency={currency} />;
}

interface CsvProps {
  /** Last part of the path of the API, and of the file's name. */
  what: 'trend' | 'dearest' | 'allowances' | 'unit' | 'plans' | 'benchmark';
  query: Record<string, string>;
}

/** The same figures as a file. */
export function Csv({ what, query }: CsvProps) {
  const { customer } = useCustomer();
  return (
    <DownloadButton
      label="CSV"
      accessibleLabel={`CSV of ${what}`}
      size="xs"
      path={`${apiPathOf(customer.key, 'analytics', what)}?${new URLSearchParams(query).toString()}`}
      type="text/csv"
      name={`${what}-${customer.key}.csv`}
    />
  );
}
