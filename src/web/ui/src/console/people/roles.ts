import type { Schemas } from '@/shared/api/client';

export type Role = Schemas['Role'];

/** Roles of the house and of customers, with what they may do. */
export const houseRoles: { value: Role; label: string }[] = [
  { value: 'auditor', label: 'auditor: sees everything, changes nothing' },
  { value: 'operator', label: 'operator: also runs engines and mends what waits' },
  { value: 'billing-admin', label: 'billing admin: also changes customers, prices, users and keys' },
];

export const customerRoles: { value: Role; label: string }[] = [
  { value: 'tenant-viewer', label: 'tenant viewer: sees what is the customer’s' },
  { value: 'tenant-admin', label: 'tenant admin: also manages its users and keys' },
];
