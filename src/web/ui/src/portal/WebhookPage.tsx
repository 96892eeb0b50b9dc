import { useMemo } from 'react';
import { useParams } from 'react-router-dom';
import { EndpointView } from '@/webhooks/EndpointView';
import { webhooksOf } from '@/webhooks/owner';
import { useCustomer, useMayManage } from './customer';

/** One endpoint of the customer. */
export function Component() {
  const { customer } = useCustomer();
  const id = useParams().endpoint ?? '';
  const owner = useMemo(() => webhooksOf(customer.key), [customer.key]);
  return <EndpointView owner={owner} id={id} mayChange={useMayManage()} />;
}
