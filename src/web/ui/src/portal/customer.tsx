import { createContext, useContext } from 'react';
import { useMay, useSession } from '@/app/session';
import type { Schemas, Tagged } from '@/shared/api/client';

export interface CustomerState {
  customer: Schemas['Customer'];
  settings: Tagged<Schemas['CustomerSettings']>;
}

export const CustomerContext = createContext<CustomerState | null>(null);

/** The customer whose pages are shown. */
export function useCustomer(): CustomerState {
  const state = useContext(CustomerContext);
  if (!state) throw new Error('useCustomer outside CustomerArea');
  return state;
}

/** Whether the session's people are the customer's own or the house; those of a parent only look. */
export function useIsOwn(): boolean {
  const own = useSession().customer;
  const { customer } = useCustomer();
  return own === null || own.key === customer.key;
}

/** Whether the session may change what is the customer's. */
export function useMayManage(): boolean {
  const isOwn = useIsOwn();
  return useMay('manage') && isOwn;
}

/** Address of a page of a customer. */
export function pageOf(key: string, ...rest: string[]): string {
  return ['', 'c', key, ...rest].map(encodeURIComponent).join('/');
}

/** Path of the API below a customer, for downloads. */
export function apiPathOf(key: string, ...rest: string[]): string {
  return `/api/v1/customers/${[key, ...rest].map(encodeURIComponent).join('/')}`;
}
