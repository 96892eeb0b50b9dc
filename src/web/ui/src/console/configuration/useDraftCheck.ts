import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { configurationCheck } from './configurationQueries';
import type { Edits } from './draft';

const pauseMs = 350;
const noEdits: Edits = {};

/** What the server finds wrong with the edits, a moment after the last of them. */
export function useDraftCheck(version: number, edits: Edits) {
  const [settled] = useDebouncedValue(edits, pauseMs);
  const check = useQuery({ ...configurationCheck(version, settled), placeholderData: keepPreviousData });
  const active = useQuery(configurationCheck(version, noEdits));
  const droppedMeters = useMemo(() => {
    const left = new Set(check.data?.names.meters.map((meter) => meter.name));
    const before = active.data?.names.meters.map((meter) => meter.name) ?? [];
    return check.data ? before.filter((meter) => !left.has(meter)) : [];
  }, [check.data, active.data]);
  const problems = useMemo(() => check.data?.problems ?? [], [check.data]);
  return {
    problems,
    names: check.data?.names ?? null,
    droppedMeters,
    error: check.error,
    /** Not known yet for these edits. */
    checking: settled !== edits || check.isFetching,
    right: check.data !== undefined && problems.every((problem) => problem.severity !== 'error'),
  };
}
