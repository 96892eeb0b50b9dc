import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** Filters of a list, kept in the page's address so that it can be sent to somebody and gone back to. */
export function useFilters<T extends Record<string, string>>(defaults: T): [T, (part: Partial<T>) => void] {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const names = JSON.stringify(defaults);
  const filters = useMemo(() => {
    const given = new URLSearchParams(text);
    const initial = JSON.parse(names) as T;
    return Object.fromEntries(
      Object.entries(initial).map(([name, value]) => [name, given.get(name) ?? value]),
    ) as T;
  }, [text, names]);
  const change = useCallback(
    (part: Partial<T>) => {
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          const initial = JSON.parse(names) as T;
          for (const [name, value] of Object.entries(part)) {
            if (value === undefined || value === initial[name]) next.delete(name);
            else next.set(name, value as string);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setParams, names],
  );
  return [filters, change];
}
