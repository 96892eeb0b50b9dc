import { useMemo } from 'react';
import { useMay } from '@/app/session';
import { EndpointsView } from '@/webhooks/EndpointsView';
import { webhooksOf } from '@/webhooks/owner';
import { useCustomer } from './customer';

/** Endpoints of the customer, which are told what happens to it. */
export function Component() {
  const { customer } = useCustomer();
  const owner = useMemo(() => webhooksOf(customer.key), [customer.key]);
  return <EndpointsView owner={owner} title="Webhooks" mayChange={useMay('manage')} />;
}
