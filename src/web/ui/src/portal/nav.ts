import {
  IconChartBar,
  IconCoins,
  IconFileInvoice,
  IconKey,
  IconLayoutDashboard,
  IconReceipt,
  IconSettings,
  IconTags,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import type { NavGroup } from '@/shared/nav';

/** Pages of one customer, below /c/CUSTOMER. */
export const portalNav: NavGroup[] = [
  {
    label: '',
    items: [
      { label: 'Overview', to: '', icon: IconLayoutDashboard, right: 'see' },
      { label: 'Interim invoice', to: 'interim', icon: IconReceipt, right: 'see' },
      { label: 'Usage', to: 'usage', icon: IconChartBar, right: 'see' },
      { label: 'Costs', to: 'costs', icon: IconCoins, right: 'see' },
      { label: 'Invoices', to: 'invoices', icon: IconFileInvoice, right: 'see' },
      { label: 'Plan and prices', to: 'plan', icon: IconTags, right: 'see' },
    ],
  },
  {
    label: 'Manage',
    items: [
      { label: 'Users', to: 'users', icon: IconUsers, right: 'manage' },
      { label: 'API keys', to: 'keys', icon: IconKey, right: 'manage' },
      { label: 'Webhooks', to: 'webhooks', icon: IconWebhook, right: 'see' },
      { label: 'Settings', to: 'settings', icon: IconSettings, right: 'see' },
    ],
  },
];

/** What people of a parent see of one below it: they change nothing there. */
export const portalNavOfBelow: NavGroup[] = [
  { label: '', items: portalNav.flatMap(({ items }) => items).filter(({ right }) => right === 'see') },
];
