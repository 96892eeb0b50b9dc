import { createContext, useContext } from 'react';
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

/** Address of a page of a customer. */
export function pageOf(key: string, ...rest: string[]): string {
  return ['', 'c', key, ...rest].map(encodeURIComponent).join('/');
}

/** Path of the API below a customer, for downloads. */
export function apiPathOf(key: string, ...rest: string[]): string {
  return `/api/v1/customers/${[key, ...rest].map(encodeURIComponent).join('/')}`;
}
