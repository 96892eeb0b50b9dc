import { Subnav } from '@/shared/ui/Subnav';
import { pageOf, useCustomer } from './customer';

/** What the customer's people want to see, and what stands on its documents. */
export function SettingsNav() {
  const { customer } = useCustomer();
  return (
    <Subnav
      label="Settings"
      pages={[
        { to: pageOf(customer.key, 'settings'), label: 'Preferences' },
        { to: pageOf(customer.key, 'settings', 'billing-details'), label: 'Billing details' },
      ]}
    />
  );
}
