import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

export interface Slice<T> {
  items: T[];
  next: string | null;
}

interface PagesOptions {
  /** Asked again so often, in milliseconds, while it is shown. */
  refetchInterval?: number | false;
}

/**
 * A list that comes page by page: `load` gets the cursor, undefined for the first page. What is shown stays while the
 * list of another key is fetched.
 */
export function usePages<T>(
  key: QueryKey,
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Slice<T>>,
  { refetchInterval = false }: PagesOptions = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  return {
    query,
    items: query.data?.pages.flatMap((page) => page.items),
    /** For DataTable. */
    more: query.hasNextPage
      ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
      : undefined,
  };
}
