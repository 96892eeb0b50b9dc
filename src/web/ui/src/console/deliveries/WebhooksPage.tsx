import { useMay } from '@/app/session';
import { EndpointsView } from '@/webhooks/EndpointsView';
import { houseWebhooks } from '@/webhooks/owner';
import { DeliveriesNav } from './DeliveriesNav';

/** Endpoints of the house, which are told of all customers. */
export function Component() {
  return (
    <EndpointsView
      owner={houseWebhooks}
      title="Deliveries"
      mayChange={useMay('operate')}
      above={<DeliveriesNav />}
    />
  );
}
