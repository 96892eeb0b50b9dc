import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/shared/api/client';
import { customerKey } from '../queries';

/** Months, both included: "2026-10". */
export interface MonthRange {
  from: string;
  to: string;
}

const keyOf = (customer: string, ...rest: unknown[]) => [...customerKey(customer), 'analytics', ...rest];

export const costTrendQuery = (customer: string, range: MonthRange) =>
  queryOptions({
    queryKey: keyOf(customer, 'trend', range),
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/analytics/trend', {
          params: { path: { customer }, query: { ...range } },
          signal,
        }),
      ),
  });

export const dearestQuery = (customer: string, range: MonthRange) =>
  queryOptions({
    queryKey: keyOf(customer, 'dearest', range),
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/analytics/dearest', {
          params: { path: { customer }, query: { ...range } },
          signal,
        }),
      ),
  });

export const allowancesQuery = (customer: string, range: MonthRange) =>
  queryOptions({
    queryKey: keyOf(customer, 'allowances', range),
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/analytics/allowances', {
          params: { path: { customer }, query: { ...range } },
          signal,
        }),
      ),
  });

export const unitCostsQuery = (customer: string, range: MonthRange, unit: string) =>
  queryOptions({
    queryKey: keyOf(customer, 'unit', range, unit),
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/analytics/unit', {
          params: { path: { customer }, query: { ...range, unit } },
          signal,
        }),
      ),
  });

/** The engine computes each plan: asked for by a press alone. */
export const comparedPlansQuery = (customer: string, subscription: string, asked: boolean) =>
  queryOptions({
    queryKey: keyOf(customer, 'plans', subscription),
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/analytics/plans', {
          params: { path: { customer }, query: { subscription } },
          signal,
        }),
      ),
    enabled: asked,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });

export const benchmarkQuery = (customer: string, month: string) =>
  queryOptions({
    queryKey: keyOf(customer, 'benchmark', month),
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/analytics/benchmark', {
          params: { path: { customer }, query: { month } },
          signal,
        }),
      ),
  });
