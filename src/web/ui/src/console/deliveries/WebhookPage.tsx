import { useParams } from 'react-router-dom';
import { useMay } from '@/app/session';
import { EndpointView } from '@/webhooks/EndpointView';
import { houseWebhooks } from '@/webhooks/owner';

/** An endpoint of the house. */
export function Component() {
  const id = useParams().endpoint ?? '';
  return <EndpointView owner={houseWebhooks} id={id} mayChange={useMay('operate')} />;
}
