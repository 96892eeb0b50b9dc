import { queryOptions } from '@tanstack/react-query';
import { answer, answerWithTag, api, type Schemas } from '@/shared/api/client';
import { parseExactly } from '@/shared/api/exactJson';
import type { Slice } from '@/shared/api/pages';

export type Pool = Schemas['CostPool'];
export type PoolMonth = Schemas['CostPoolMonth'];

/** A division on the way from the pool to the customer; every figure as the text that is stored. */
export interface Division {
  part: string;
  basis: Schemas['CostPoolShare']['facts']['divisions'][number]['basis'];
  used: { quantity: string; total: string }[];
  fraction: string;
  of: string;
  whole: string;
  one_more: boolean;
  amount: string;
}

export interface Share extends Omit<Schemas['CostPoolShare'], 'facts'> {
  facts: { meters: { meter: string; weight: string }[]; divisions: Division[] };
}

export function poolPath(pool: string, month?: string): string {
  const rest = month === undefined ? '' : `/${encodeURIComponent(month)}`;
  return `/console/allocation/${encodeURIComponent(pool)}${rest}`;
}

export const poolsQuery = queryOptions({
  queryKey: ['allocation', 'pools'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/allocation/pools', { signal })),
});

export const poolMonthsQuery = (pool: string) =>
  queryOptions({
    queryKey: ['allocation', pool, 'months'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/allocation/pools/{pool}/months', { params: { path: { pool } }, signal })),
  });

export const poolMonthQuery = (pool: string, month: string) =>
  queryOptions({
    queryKey: ['allocation', pool, 'month', month],
    queryFn: ({ signal }) =>
      answerWithTag(
        api.GET('/api/v1/allocation/pools/{pool}/months/{month}', {
          params: { path: { pool, month } },
          signal,
        }),
      ),
  });

/** Shares with the figures of their facts as they are stored, not as a browser reads numbers. */
export async function loadShares(
  pool: string,
  month: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Slice<Share>> {
  const text: unknown = await answer(
    api.GET('/api/v1/allocation/pools/{pool}/months/{month}/shares', {
      params: { path: { pool, month }, query: { limit: 500, ...(cursor ? { cursor } : {}) } },
      parseAs: 'text',
      signal,
    }),
  );
  return parseExactly(String(text)) as Slice<Share>;
}
