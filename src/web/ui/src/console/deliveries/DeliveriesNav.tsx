import { Subnav } from '@/shared/ui/Subnav';

const pages = [
  { to: '/console/deliveries', label: 'Mails' },
  { to: '/console/deliveries/webhooks', label: 'Webhooks' },
];

/** The two ways in which the house tells what happens. */
export function DeliveriesNav() {
  return <Subnav label="Deliveries" pages={pages} />;
}
