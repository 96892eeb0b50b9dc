import { useMemo } from 'react';
import { EndpointsView } from '@/webhooks/EndpointsView';
import { webhooksOf } from '@/webhooks/owner';
import { useCustomer, useMayManage } from './customer';

/** Endpoints of the customer, which are told what happens to it. */
export function Component() {
  const { customer } = useCustomer();
  const owner = useMemo(() => webhooksOf(customer.key), [customer.key]);
  return <EndpointsView owner={owner} title="Webhooks" mayChange={useMayManage()} />;
}
