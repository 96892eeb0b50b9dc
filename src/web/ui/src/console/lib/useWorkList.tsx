import type { QueryKey } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type ReactNode, useMemo } from 'react';
import { useMay } from '@/app/session';
import { type Slice, usePages } from '@/shared/api/pages';
import { Choice } from '@/shared/ui/Choice';
import { Filters } from '@/shared/ui/Filters';
import { useFilters } from './useFilters';

interface WorkListOptions<Row, State extends string> {
  /** What the state is called in the page's address. */
  filter: string;
  states: readonly State[];
  nameOf: (state: State) => string;
  /** Query keys of the list begin with it. */
  key: QueryKey;
  load: (query: { state?: State; cursor?: string }, signal: AbortSignal) => Promise<Slice<Row>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- columns of one table have values of several types
  columns: ColumnDef<Row, any>[];
  /** What can be done about a row. The same function each time: with another one, dialogs of rows close. */
  action: (row: Row) => ReactNode;
}

/** A list by state, at first of what is open, with what who may bill can do about each row. */
export function useWorkList<Row, State extends string>(options: WorkListOptions<Row, State>) {
  const { filter, states, nameOf, key, load, columns, action } = options;
  const mayBill = useMay('bill');
  const [filters, setFilters] = useFilters<Record<string, string>>({ [filter]: 'open' });
  const chosen = filters[filter] ?? 'open';
  const state = states.find((each) => each === chosen);
  const pages = usePages([...key, state], (cursor, signal) =>
    load({ ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) }, signal),
  );
  const shown = useMemo<typeof columns>(
    () =>
      mayBill
        ? [...columns, { id: 'action', header: 'Action', cell: ({ row: { original } }) => action(original) }]
        : columns,
    [mayBill, columns, action],
  );
  const choice = (
    <Filters>
      <Choice
        label="State"
        value={chosen}
        onChange={(value) => {
          setFilters({ [filter]: value });
        }}
        data={[
          ...states.map((each) => ({ value: each as string, label: nameOf(each) })),
          { value: 'all', label: 'all' },
        ]}
      />
    </Filters>
  );
  return { state, choice, table: { pages, columns: shown } };
}
