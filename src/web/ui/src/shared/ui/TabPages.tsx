import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';

interface TabPagesProps<Tab extends string> {
  tabs: readonly Tab[];
  titles: Record<Tab, string>;
  /** Only the chosen one is there. */
  contents: Record<Tab, () => ReactNode>;
  value: Tab;
  onChange: (tab: string | null) => void;
}

/** Parts of a page, of which one is shown. */
export function TabPages<Tab extends string>({
  tabs,
  titles,
  contents,
  value,
  onChange,
}: TabPagesProps<Tab>) {
  return (
    <Tabs value={value} keepMounted={false} onChange={onChange}>
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
  );
}
