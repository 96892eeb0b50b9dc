import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

export interface Slice<T> {
  items: T[];
  next: string | null;
}

/** A list that comes page by page: `load` gets the cursor, undefined for the first page. */
export function usePages<T>(key: QueryKey, load: (cursor: string | undefined) => Promise<Slice<T>>) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
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
