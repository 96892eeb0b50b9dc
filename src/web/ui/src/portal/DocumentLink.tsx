import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { pageOf, useCustomer } from './customer';

/** Of a document of the customer; a dash where there is none. */
export function DocumentLink({ number }: { number: string | null }) {
  const { customer } = useCustomer();
  if (number === null) return '—';
  return (
    <Anchor component={Link} size="sm" to={pageOf(customer.key, 'invoices', number)}>
      {number}
    </Anchor>
  );
}
