import { Badge, Group, List, Stack, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant, Money, Quantity } from '@/shared/ui/Money';
import { Empty } from '@/shared/ui/states';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink, RunLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useAction } from '@/shared/api/useAction';
import { Choice } from '@/shared/ui/Choice';

type Held = Schemas['HeldCustomer'];
type Decision = Schemas['HeldDecision']['decision'];

function saidOf({ items }: Schemas['HeldOutcome']): string {
  return items
    .map(({ customer, state, documents, changed }) => {
      if (state === 'issued') return `${customer}: issued ${documents.join(', ')}`;
      if (state === 'due') return `${customer} is due for the next run`;
      return `${customer} stays held: ${changed ?? 'something is another now'}`;
    })
    .join('; ');
}

function useDecision(run: number, decision: Decision, customer?: string) {
  return useAction(
    (why: string, key) =>
      answer(
        api.POST('/api/v1/held/decisions', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            run,
            decision,
            ...(customer === undefined ? {} : { customer }),
            ...(why === '' ? {} : { why }),
          },
        }),
      ),
    { done: saidOf },
  );
}

/** Approve or reject what a run held, of one customer or of all. */
export function DecideHeld({ run, customer }: { run: number; customer?: string }) {
  const approve = useDecision(run, 'approve', customer);
  const reject = useDecision(run, 'reject', customer);
  const whose = customer ?? 'all held customers';
  return (
    <Group gap="xs" wrap="nowrap">
      <ConfirmAction
        label={customer === undefined ? 'Approve all' : 'Approve'}
        accessibleLabel={customer === undefined ? undefined : `Approve ${customer}`}
        title={`Approve the documents of ${whose}`}
        reason={{ label: 'Why', needed: false }}
        action={approve}
      >
        They are computed again under the run's configuration and usage. Where that gives the same, they are
        issued today.
      </ConfirmAction>
      <ConfirmAction
        label={customer === undefined ? 'Reject all' : 'Reject'}
        accessibleLabel={customer === undefined ? undefined : `Reject ${customer}`}
        color="red"
        title={`Reject the documents of ${whose}`}
        reason={{ label: 'Why', needed: true }}
        action={reject}
      >
        What was held is dropped; the next run computes again with what is known then.
      </ConfirmAction>
    </Group>
  );
}

const line = createColumnHelper<Schemas['HeldLine']>();

const lineColumns = [
  line.accessor('period', { header: 'Period', meta: { wideOnly: true } }),
  line.accessor('description', { header: 'Line' }),
  line.accessor('quantity', {
    header: 'Quantity',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row }) => <Quantity value={row.original.quantity} unit={row.original.unit} />,
  }),
  line.accessor('amount', {
    header: 'Amount',
    meta: { numeric: true },
    cell: (cell) => <Money {...cell.getValue()} />,
  }),
];

function HeldDetail({ held }: { held: Held }) {
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={600}>
          Held because
        </Text>
        <List size="sm">
          {held.reasons.map((reason) => (
            <List.Item key={reason}>{reason}</List.Item>
          ))}
        </List>
      </div>
      {held.decided_at === null ? null : (
        <Text size="sm">
          {held.state} by {held.decided_by}, <Instant at={held.decided_at} />
          {held.why === null ? '' : `: ${held.why}`}
        </Text>
      )}
      <DataTable
        label={`Largest lines of ${held.customer}`}
        columns={lineColumns}
        rows={held.lines}
        rowKey={(row) => `${row.period} ${row.charge} ${row.description}`}
        sortable={false}
      />
    </Stack>
  );
}

const column = createColumnHelper<Held>();
const colours = { open: 'orange', approved: 'green', rejected: 'gray' } as const;

const columns = [
  column.accessor('customer', { header: 'Customer' }),
  column.accessor('name', {
    header: 'Name',
    meta: { wideOnly: true },
    cell: ({ row }) => (
      <>
        {row.original.name} (<CustomerLink customer={row.original.customer} inText />)
      </>
    ),
  }),
  column.accessor('documents', {
    header: 'Documents',
    meta: { numeric: true },
    cell: (cell) =>
      cell.getValue().map((document, index) => (
        <div key={index}>
          <Money {...document.total} />
        </div>
      )),
  }),
  column.accessor('run', {
    header: 'Run',
    meta: { wideOnly: true },
    cell: (cell) => <RunLink run={cell.getValue()} />,
  }),
  column.accessor('held_at', {
    header: 'Since',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
  column.accessor('state', {
    header: 'State',
    meta: { wideOnly: true },
    cell: (cell) => <Badge color={colours[cell.getValue()]}>{cell.getValue()}</Badge>,
  }),
];

const decision = column.display({
  id: 'decision',
  header: 'Decision',
  cell: ({ row: { original } }) =>
    original.state === 'open' ? <DecideHeld run={original.run} customer={original.customer} /> : null,
});

const states = ['open', 'approved', 'rejected', 'all'] as const;

/** Documents beyond a bound of safety, with their figures; of one run, or all. */
export function HeldTable({ run, refetchInterval }: { run?: number; refetchInterval?: number | false }) {
  const mayBill = useMay('bill');
  const [state, setState] = useState<(typeof states)[number]>(run === undefined ? 'open' : 'all');
  const pages = usePages(
    ['held', run ?? 'all', state],
    (cursor, signal) =>
      answer(
        api.GET('/api/v1/held', {
          params: { query: { state, ...(run === undefined ? {} : { run }), ...(cursor ? { cursor } : {}) } },
          signal,
        }),
      ),
    { refetchInterval: refetchInterval ?? false },
  );
  const open = pages.items?.filter((row) => row.state === 'open') ?? [];
  return (
    <>
      <Group justify="space-between" align="flex-end">
        {run === undefined ? (
          <Filters>
            <Choice
              label="State"
              data={[...states]}
              value={state}
              onChange={(value) => {
                setState(states.find((each) => each === value) ?? 'open');
              }}
            />
          </Filters>
        ) : null}
        {mayBill && run !== undefined && open.length > 1 ? <DecideHeld run={run} /> : null}
      </Group>
      <PagedTable
        label="Held customers"
        pages={pages}
        columns={mayBill ? [...columns, decision] : columns}
        rowKey={(row) => `${row.run} ${row.customer}`}
        detail={(row) => <HeldDetail held={row} />}
        empty={<Empty title="Nothing is held">No document passed a bound of safety.</Empty>}
      />
    </>
  );
}
