import type { ComponentProps } from 'react';
import type { usePages } from '@/shared/api/pages';
import { DataTable } from '@/shared/ui/DataTable';
import { QueryView } from '@/shared/ui/states';

type Pages<T> = ReturnType<typeof usePages<T>>;

type PagedTableProps<T> = Omit<ComponentProps<typeof DataTable<T>>, 'rows' | 'more' | 'sortable'> & {
  pages: Pages<T>;
};

/** A list of the API as a table, in the server's order. */
export function PagedTable<T>({ pages, ...table }: PagedTableProps<T>) {
  return (
    <QueryView query={pages.query} height={280}>
      {() => <DataTable<T> {...table} rows={pages.items ?? []} more={pages.more} sortable={false} />}
    </QueryView>
  );
}
