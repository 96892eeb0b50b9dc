import {
  IconActivityHeartbeat,
  IconAddressBook,
  IconBellRinging,
  IconBuildingBank,
  IconCashBanknoteOff,
  IconChartPie,
  IconCoins,
  IconFileExport,
  IconFileSettings,
  IconGauge,
  IconHierarchy2,
  IconHistory,
  IconHourglass,
  IconKey,
  IconMail,
  IconPlayerPlay,
  IconSettingsAutomation,
  IconUsers,
} from '@tabler/icons-react';
import type { NavGroup } from '@/shared/nav';

/** Pages of the house, below /console. */
export const consoleNav: NavGroup[] = [
  {
    label: 'Billing',
    items: [
      { label: 'Engines', to: '', icon: IconSettingsAutomation, right: 'console' },
      { label: 'Runs', to: 'runs', icon: IconPlayerPlay, right: 'console' },
      { label: 'Waiting', to: 'waiting', icon: IconHourglass, right: 'console' },
      { label: 'Configuration', to: 'configuration', icon: IconFileSettings, right: 'console' },
      { label: 'Shared costs', to: 'allocation', icon: IconChartPie, right: 'console' },
      { label: 'Costs and margin', to: 'costs', icon: IconCoins, right: 'console' },
      { label: 'Cost centres', to: 'cost-centres', icon: IconHierarchy2, right: 'console' },
    ],
  },
  {
    label: 'Customers',
    items: [
      { label: 'Customers', to: 'customers', icon: IconAddressBook, right: 'console' },
      { label: 'Budget alerts', to: 'alerts', icon: IconBellRinging, right: 'console' },
      { label: 'Bank', to: 'bank', icon: IconBuildingBank, right: 'console' },
      { label: 'Receivables', to: 'receivables', icon: IconCashBanknoteOff, right: 'console' },
    ],
  },
  {
    label: 'Operation',
    items: [
      { label: 'Metering', to: 'metering', icon: IconGauge, right: 'console' },
      { label: 'Deliveries', to: 'deliveries', icon: IconMail, right: 'console' },
      { label: 'Exports', to: 'exports', icon: IconFileExport, right: 'console' },
      { label: 'Audit log', to: 'audit-log', icon: IconHistory, right: 'console' },
      { label: 'Health', to: 'health', icon: IconActivityHeartbeat, right: 'console' },
    ],
  },
  {
    label: 'Access',
    items: [
      { label: 'People', to: 'users', icon: IconUsers, right: 'manage' },
      { label: 'API keys', to: 'keys', icon: IconKey, right: 'manage' },
    ],
  },
];
