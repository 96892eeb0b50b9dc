import { queryOptions } from '@tanstack/react-query';
import { answer, answerWithTag, api, type Schemas } from '@/shared/api/client';

/** What is fetched for one customer; all keys begin with ['customer', KEY]. */
export const customerKey = (customer: string) => ['customer', customer] as const;

export const customerQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'detail'],
    queryFn: () => answer(api.GET('/api/v1/customers/{customer}', { params: { path: { customer } } })),
  });

export const settingsQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'settings'],
    queryFn: () =>
      answerWithTag(api.GET('/api/v1/customers/{customer}/settings', { params: { path: { customer } } })),
  });

export const overviewQuery = (customer: string, currency: string | undefined) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'overview', currency],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/overview', {
          params: { path: { customer }, query: currency === undefined ? {} : { currency } },
        }),
      ),
  });

/** All that a month can have: twenty budgets with ten thresholds each. Told while somebody looks, too. */
export const alertsQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'alerts'],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/alerts', {
          params: { path: { customer }, query: { limit: 200 } },
        }),
      ),
    refetchInterval: 10_000,
  });

export const anomaliesQuery = (customer: string, days: number, meter: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'anomalies', days, meter],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/anomalies', {
          params: { path: { customer }, query: { days, ...(meter === '' ? {} : { meter }) } },
        }),
      ),
  });

export const invoiceComparisonQuery = (customer: string, number: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'invoice-comparison', number],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/invoices/{number}/comparison', {
          params: { path: { customer, number } },
        }),
      ),
  });

/** `press` counts the presses of the button: each asks anew. */
export const interimQuery = (customer: string, asOf: string | undefined, press: number) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'interim', asOf, press],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/interim', {
          params: { path: { customer }, query: asOf === undefined ? {} : { as_of: asOf } },
        }),
      ),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });

export const metersQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'meters'],
    queryFn: () => answer(api.GET('/api/v1/customers/{customer}/meters', { params: { path: { customer } } })),
  });

export const balanceQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'balance'],
    queryFn: () =>
      answer(api.GET('/api/v1/customers/{customer}/balance', { params: { path: { customer } } })),
  });

export const creditsQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'credits'],
    queryFn: () =>
      answer(api.GET('/api/v1/customers/{customer}/credits', { params: { path: { customer } } })),
  });

export const invoiceQuery = (customer: string, number: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'invoice', number],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/invoices/{number}', { params: { path: { customer, number } } }),
      ),
  });

/** Disputes of one document, the latest first; the API lists those of the customer. */
export const disputesQuery = (customer: string, number: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'disputes', number],
    queryFn: async ({ signal }) => {
      const found: Schemas['Dispute'][] = [];
      let cursor: string | null = null;
      do {
        const page: Schemas['DisputePage'] = await answer(
          api.GET('/api/v1/customers/{customer}/disputes', {
            params: { path: { customer }, query: { limit: 500, ...(cursor === null ? {} : { cursor }) } },
            signal,
          }),
        );
        found.push(...page.items.filter((dispute) => dispute.document === number));
        cursor = page.next;
      } while (cursor !== null);
      return found;
    },
  });

export const plansQuery = (customer: string) =>
  queryOptions({
    queryKey: [...customerKey(customer), 'plans'],
    queryFn: () => answer(api.GET('/api/v1/customers/{customer}/plans', { params: { path: { customer } } })),
  });
