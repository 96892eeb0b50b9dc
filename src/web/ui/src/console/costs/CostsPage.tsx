import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { Page } from '@/shared/ui/Page';
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
      <Tabs
        value={tabs.find((each) => each === tab) ?? 'cost-centres'}
        keepMounted={false}
        onChange={(next) => {
          setPlace({ tab: next ?? 'cost-centres' });
        }}
      >
        <Tabs.List mb="md">
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {titles[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((each) => (
          <Tabs.Panel key={each} value={each}>
            {contents[each]()}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
