import { IconEngine } from '@tabler/icons-react';
import type { NavGroup } from '@/shared/nav';

/** Pages of the console, below /console. */
export const consoleNav: NavGroup[] = [
  { label: 'Console', items: [{ label: 'Engines', to: '', icon: IconEngine, right: 'console' }] },
];
