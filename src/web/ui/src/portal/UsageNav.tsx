import { Subnav } from '@/shared/ui/Subnav';
import { pageOf, useCustomer } from './customer';

/** Usage as it was measured, and what of it is unusual. */
export function UsageNav() {
  const { customer } = useCustomer();
  return (
    <Subnav
      label="Usage"
      pages={[
        { to: pageOf(customer.key, 'usage'), label: 'Explorer' },
        { to: pageOf(customer.key, 'usage', 'anomalies'), label: 'Unusual usage' },
      ]}
    />
  );
}
