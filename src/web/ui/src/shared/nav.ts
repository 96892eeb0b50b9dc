import type { Icon } from '@tabler/icons-react';
import type { Schemas } from './api/client';

export type Right = Schemas['Right'];

/** An entry of the navigation; shown to whoever has the right. */
export interface NavItem {
  label: string;
  /** Relative to the area: "" is its first page. */
  to: string;
  icon: Icon;
  right: Right;
}

export interface NavGroup {
  label: string;
  items: NavItem[];
}
