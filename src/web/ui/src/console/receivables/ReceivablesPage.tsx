import type { ReactNode } from 'react';
import { Page } from '@/shared/ui/Page';
import { TabPages } from '@/shared/ui/TabPages';
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
      <TabPages
        tabs={tabs}
        titles={titles}
        contents={contents}
        value={tabs.find((each) => each === tab) ?? 'disputes'}
        onChange={(next) => {
          setPlace({ tab: next ?? 'disputes' });
        }}
      />
    </Page>
  );
}
