import type { ReactNode } from 'react';
import { Page } from '@/shared/ui/Page';
import { TabPages } from '@/shared/ui/TabPages';
import { useFilters } from '../lib/useFilters';
import { MarginTable } from './MarginTable';
import { CostCentres, CustomerTree } from './RollUps';

const tabs = ['cost-centres', 'customers', 'margin'] as const;
type Tab = (typeof tabs)[number];
const titles: Record<Tab, string> = {
  'cost-centres': 'Cost centres',
  customers: 'Customers',
  margin: 'Margin',
};
const contents: Record<Tab, () => ReactNode> = {
  'cost-centres': () => <CostCentres />,
  customers: () => <CustomerTree />,
  margin: () => <MarginTable />,
};

/** What cost centres and trees of customers cost, and what customers bring beside it. */
export function Component() {
  const [{ tab }, setPlace] = useFilters({ tab: 'cost-centres' });
  return (
    <Page title="Costs and margin">
      <TabPages
        tabs={tabs}
        titles={titles}
        contents={contents}
        value={tabs.find((each) => each === tab) ?? 'cost-centres'}
        onChange={(next) => {
          setPlace({ tab: next ?? 'cost-centres' });
        }}
      />
    </Page>
  );
}
