import { Button, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconChevronUp, IconSelector } from '@tabler/icons-react';
import {
  type ColumnDef,
  type ExpandedState,
  flexRender,
  getCoreRowModel,
  getExpandedRowModel,
  getSortedRowModel,
  type Row,
  type RowData,
  type SortingFn,
  type SortingState,
  useReactTable,
} from '@tanstack/react-table';
import { Fragment, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { compare } from '../format/decimal';
import classes from './DataTable.module.css';

declare module '@tanstack/react-table' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the declaration it merges with has both
  interface ColumnMeta<TData extends RowData, TValue> {
    /** Right-aligned, digits below digits. */
    numeric?: boolean;
    /** Left out on narrow screens. */
    wideOnly?: boolean;
    /** Of a first column: its cells have links, so what opens the row stands beside them. */
    hasLinks?: boolean;
  }
}

/** Orders a column of decimal strings. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- for rows of every type
export const byDecimal: SortingFn<any> = (a, b, column) =>
  compare(a.getValue<string>(column), b.getValue<string>(column));

interface DataTableProps<T> {
  /** Says what the table holds, to whoever cannot see it. */
  label: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- columns of one table have values of several types
  columns: ColumnDef<T, any>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** What a row opens to; without it, rows do not open. */
  detail?: (row: T) => ReactNode;
  /** Whether a row opens; by default all do. */
  opens?: (row: T) => boolean;
  /** <tr> elements below the body; cells take data-numeric and data-wide-only as the columns do. */
  footer?: ReactNode;
  /** In place of the rows when there are none. */
  empty?: ReactNode;
  /** More rows can be had. */
  more?: { load: () => void; loading: boolean } | undefined;
  sortable?: boolean;
  initialSorting?: SortingState;
  /** Keys of rows that are open from the beginning. */
  initiallyOpen?: string[];
  /** As wide as its content. */
  compact?: boolean;
}

const ariaSort = { asc: 'ascending', desc: 'descending' } as const;

/** Arrow keys go from row to row over what can be pressed first in each. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>) {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  const target = event.target as HTMLElement;
  const row = target.closest('tr[data-row]');
  if (step === undefined || !row || target.matches('input, textarea, select')) return;
  const rows = [...event.currentTarget.querySelectorAll('tr[data-row]')];
  const next = rows[rows.indexOf(row) + step]?.querySelector<HTMLElement>('a[href], button');
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function useOverflow() {
  const ref = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setOverflows(element.scrollWidth > element.clientWidth);
    });
    observer.observe(element);
    const content = element.firstElementChild;
    if (content) observer.observe(content);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { ref, overflows };
}

export function DataTable<T>({
  label,
  columns,
  rows,
  rowKey,
  detail,
  opens = () => true,
  footer,
  empty,
  more,
  sortable = true,
  initialSorting = [],
  initiallyOpen = [],
  compact = false,
}: DataTableProps<T>) {
  const [sorting, setSorting] = useState<SortingState>(initialSorting);
  const [expanded, setExpanded] = useState<ExpandedState>(() =>
    Object.fromEntries(initiallyOpen.map((key) => [key, true])),
  );
  const { ref, overflows } = useOverflow();
  const table = useReactTable({
    data: rows,
    columns,
    getRowId: rowKey,
    state: { sorting, expanded },
    onSortingChange: setSorting,
    onExpandedChange: setExpanded,
    enableSorting: sortable,
    getRowCanExpand: (row: Row<T>) => detail !== undefined && opens(row.original),
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getExpandedRowModel: getExpandedRowModel(),
  });
  const columnCount = table.getVisibleLeafColumns().length;

  return (
    <>
      <div
        ref={ref}
        className={`${classes.scroll} ${compact ? classes.compact : ''}`}
        {...(overflows ? { tabIndex: 0, role: 'region', 'aria-label': `${label} (scrolls)` } : {})}
      >
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- only moves the focus */}
        <table className={classes.table} onKeyDown={moveBetweenRows}>
          <caption className="visually-hidden">{label}</caption>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => {
                  const { numeric, wideOnly } = header.column.columnDef.meta ?? {};
                  const sorted = header.column.getIsSorted();
                  const text = flexRender(header.column.columnDef.header, header.getContext());
                  return (
                    <th
                      key={header.id}
                      scope="col"
                      data-numeric={numeric || undefined}
                      data-wide-only={wideOnly || undefined}
                      aria-sort={sorted ? ariaSort[sorted] : undefined}
                    >
                      {header.column.getCanSort() ? (
                        <UnstyledButton
                          className={classes.sort}
                          onClick={header.column.getToggleSortingHandler()}
                        >
                          {text}
                          {sorted === 'asc' ? (
                            <IconChevronUp size={14} aria-hidden />
                          ) : sorted === 'desc' ? (
                            <IconChevronDown size={14} aria-hidden />
                          ) : (
                            <IconSelector size={14} aria-hidden className={classes.unsorted} />
                          )}
                        </UnstyledButton>
                      ) : (
                        text
                      )}
                    </th>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody>
            {table.getRowModel().rows.map((row) => (
              <Fragment key={row.id}>
                <tr data-row>
                  {row.getVisibleCells().map((cell, index) => {
                    const { numeric, wideOnly, hasLinks } = cell.column.columnDef.meta ?? {};
                    const opener = index === 0 && row.getCanExpand();
                    const content = flexRender(cell.column.columnDef.cell, cell.getContext());
                    return (
                      <td
                        key={cell.id}
                        data-numeric={numeric || undefined}
                        data-wide-only={wideOnly || undefined}
                      >
                        {opener && hasLinks ? (
                          <div className={classes.beside}>
                            <UnstyledButton
                              className={classes.chevronButton}
                              aria-expanded={row.getIsExpanded()}
                              aria-label={`Details of ${row.id}`}
                              onClick={row.getToggleExpandedHandler()}
                            >
                              <IconChevronRight size={16} aria-hidden className={classes.chevron} />
                            </UnstyledButton>
                            <div>{content}</div>
                          </div>
                        ) : opener ? (
                          <UnstyledButton
                            className={classes.opener}
                            aria-expanded={row.getIsExpanded()}
                            onClick={row.getToggleExpandedHandler()}
                          >
                            <IconChevronRight size={16} aria-hidden className={classes.chevron} />
                            <span>{content}</span>
                          </UnstyledButton>
                        ) : (
                          content
                        )}
                      </td>
                    );
                  })}
                </tr>
                {row.getIsExpanded() && detail ? (
                  <tr className={`${classes.detail} no-print`}>
                    <td colSpan={columnCount}>
                      <div className={classes.opened}>{detail(row.original)}</div>
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            ))}
            {rows.length === 0 ? (
              <tr>
                <td colSpan={columnCount}>{empty ?? 'Nothing here.'}</td>
              </tr>
            ) : null}
          </tbody>
          {footer ? <tfoot>{footer}</tfoot> : null}
        </table>
      </div>
      {more ? (
        <Button variant="default" mt="sm" loading={more.loading} onClick={more.load} className="no-print">
          Show more
        </Button>
      ) : null}
    </>
  );
}
