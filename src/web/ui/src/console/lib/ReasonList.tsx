import { Alert } from '@mantine/core';
import { CustomerLink } from './links';

interface ReasonListProps {
  title: string;
  color: string;
  reasons: { customer: string; reason: string }[];
  /** Of all, where `reasons` are only the first. */
  total?: number;
}

/** Customers with what keeps them from being billed. Nothing where there are none. */
export function ReasonList({ title, color, reasons, total = reasons.length }: ReasonListProps) {
  if (total === 0) return null;
  return (
    <Alert color={color} title={`${title}: ${total}`}>
      <ul style={{ margin: 0, paddingLeft: '1.2em' }}>
        {reasons.map(({ customer, reason }) => (
          <li key={`${customer} ${reason}`}>
            <CustomerLink customer={customer} inText />: {reason}
          </li>
        ))}
        {total > reasons.length ? <li>and {total - reasons.length} more</li> : null}
      </ul>
    </Alert>
  );
}
