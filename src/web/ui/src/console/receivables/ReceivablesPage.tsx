import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { Page } from '@/shared/ui/Page';
import { useFilters } from '../lib/useFilters';
import { DisputesTab } from './DisputesTab';
import { DunningTab } from './DunningTab';
import { WriteOffsTab } from './WriteOffsTab';

const tabs = ['disputes', 'dunning', 'write-offs'] as const;
type Tab = (typeof tabs)[number];
const titles: Record<Tab, string> = { disputes: 'Disputes', dunning: 'Dunning', 'write-offs': 'Write-offs' };
const contents: Record<Tab, () => ReactNode> = {
  disputes: () => <DisputesTab />,
  dunning: () => <DunningTab />,
  'write-offs': () => <WriteOffsTab />,
};

/** What customers owe and do not pay: what they dispute, how they are reminded, what is given up. */
export function Component() {
  const [{ tab }, setPlace] = useFilters({ tab: 'disputes' });
  return (
    <Page title="Receivables">
      <Tabs
        value={tabs.find((each) => each === tab) ?? 'disputes'}
        keepMounted={false}
        onChange={(next) => {
          setPlace({ tab: next ?? 'disputes' });
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
