import { Group, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Instant } from '@/shared/ui/Money';
import { Empty } from '@/shared/ui/states';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink, RunLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useAction } from '@/shared/api/useAction';
import { useIssuingEngines } from '../lib/useIssuingEngines';
import { Choice } from '@/shared/ui/Choice';

interface RetryParkedProps {
  /** Without it, all. */
  customer?: string;
  /** Without it, it can be chosen where several issue documents. */
  engine?: string | undefined;
  label?: string;
}

/** Begins a run that tries parked customers again. */
export function RetryParked({ customer, engine, label = 'Retry' }: RetryParkedProps) {
  const navigate = useNavigate();
  const engines = useIssuingEngines();
  const [chosen, setChosen] = useState<string | null>(null);
  const whose = engine ?? chosen ?? engines[0] ?? 'monthly';
  const retry = useAction(
    (_: string, key) =>
      answer(
        api.POST('/api/v1/parked/retry', {
          params: { header: { 'Idempotency-Key': key } },
          body: { engine: whose, ...(customer === undefined ? {} : { customer }) },
        }),
      ),
    {
      done: (state) => `Run ${state.run.run} tries ${customer ?? 'all parked customers'} again`,
      after: (state) => void navigate(`/console/runs/${state.run.run}`),
    },
  );
  return (
    <ConfirmAction
      label={label}
      accessibleLabel={customer === undefined ? undefined : `${label} ${customer}`}
      title={customer === undefined ? 'Try all parked customers again' : `Try ${customer} again`}
      action={retry}
    >
      Begins a run with the configuration and the usage of now. It bills all periods that waited, the oldest
      first; who cannot be billed again stays parked.
      {engine === undefined && engines.length > 1 ? (
        <Choice mt="sm" label="Engine" data={engines} value={whose} onChange={setChosen} />
      ) : null}
    </ConfirmAction>
  );
}

const column = createColumnHelper<Schemas['ParkedCustomer']>();

const columns = [
  column.accessor('customer', {
    header: 'Customer',
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  column.accessor('name', { header: 'Name', meta: { wideOnly: true } }),
  column.accessor('reason', { header: 'Reason' }),
  column.accessor('run', {
    header: 'Run',
    meta: { wideOnly: true },
    cell: (cell) => <RunLink run={cell.getValue()} />,
  }),
  column.accessor('attempts', { header: 'Attempts', meta: { numeric: true, wideOnly: true } }),
  column.accessor('since', {
    header: 'Since',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
];

interface ParkedTableProps {
  run?: number;
  /** That of the run. */
  engine?: string;
  refetchInterval?: number | false;
}

/** Customers that cannot be billed, with reasons; of one run, or all. */
export function ParkedTable({ run, engine, refetchInterval = false }: ParkedTableProps) {
  const mayOperate = useMay('operate');
  const shown = useMemo(
    () =>
      mayOperate
        ? [
            ...columns,
            column.display({
              id: 'retry',
              header: 'Action',
              cell: ({ row }) => <RetryParked customer={row.original.customer} engine={engine} />,
            }),
          ]
        : columns,
    [mayOperate, engine],
  );
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 250);
  const pages = usePages(
    ['parked', run ?? 'all', q],
    (cursor, signal) =>
      answer(
        api.GET('/api/v1/parked', {
          params: {
            query: {
              ...(run === undefined ? {} : { run }),
              ...(q === '' ? {} : { q }),
              ...(cursor ? { cursor } : {}),
            },
          },
          signal,
        }),
      ),
    { refetchInterval },
  );
  const some = (pages.items?.length ?? 0) > 0;
  return (
    <>
      {some || text !== '' ? (
        <Group justify="space-between" align="flex-end" mb="sm">
          <Filters>
            <TextInput
              label="Find"
              placeholder="customer or reason"
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
              }}
            />
          </Filters>
          {mayOperate && run === undefined ? <RetryParked label="Retry all" /> : null}
        </Group>
      ) : null}
      <PagedTable
        label="Parked customers"
        pages={pages}
        columns={shown}
        rowKey={(row) => row.customer}
        empty={<Empty title="Nobody is parked">Everybody who was due could be billed.</Empty>}
      />
    </>
  );
}
