import { Badge, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import type { Schemas } from '@/shared/api/client';
import { sign, subtract, sum } from '@/shared/format/decimal';
import { DataTable } from '@/shared/ui/DataTable';
import { Day } from '@/shared/ui/Day';
import { Money } from '@/shared/ui/Money';

export type Dunned = Schemas['Dunned'];
type Step = Schemas['DunningStep'];

export const dunnedStates = ['going-on', 'all'] as const;

const endings: Record<Exclude<Dunned['state'], 'going-on'>, string> = {
  paid: 'paid',
  credited: 'credited',
  void: 'void',
  'written-off': 'given up',
};

/** The name of a step, such as "second-reminder", in words. */
function stepWords(step: string): string {
  return step.replaceAll('-', ' ');
}

const stepColumn = createColumnHelper<Step>();

function stepColumns({ currency, steps }: Dunned) {
  const haveNotes = steps.some(({ undone, note }) => undone !== null || note !== null);
  return [
    stepColumn.accessor('step', {
      header: 'Step',
      cell: ({ row: { original } }) => (
        <>
          {stepWords(original.step)} {original.undone === null ? null : <Badge color="gray">undone</Badge>}
        </>
      ),
    }),
    stepColumn.accessor('taken_on', { header: 'Taken', cell: (cell) => <Day day={cell.getValue()} /> }),
    stepColumn.accessor('overdue', {
      header: 'Overdue then',
      meta: { numeric: true, wideOnly: true },
      cell: (cell) => <Money amount={cell.getValue()} currency={currency} />,
    }),
    stepColumn.accessor('fee', {
      header: 'Fee',
      meta: { numeric: true },
      cell: (cell) => {
        const fee = cell.getValue();
        return fee === null ? '—' : <Money amount={fee} currency={currency} />;
      },
    }),
    ...(haveNotes
      ? [
          stepColumn.display({
            id: 'note',
            header: 'Note',
            cell: ({ row: { original } }) => original.undone ?? original.note ?? '',
          }),
        ]
      : []),
  ];
}

/** The steps taken on a document, in their order. */
export function StepsTaken(dunned: Dunned) {
  const { document, steps } = dunned;
  return (
    <DataTable
      label={`Steps taken on ${document}`}
      columns={stepColumns(dunned)}
      rows={steps}
      rowKey={({ step }) => step}
      sortable={false}
      empty="No step was taken yet."
    />
  );
}

/** Fees of the steps that stand. */
function feesOf({ steps }: Dunned): string {
  return sum(steps.flatMap(({ fee, undone }) => (fee === null || undone !== null ? [] : [fee])));
}

const column = createColumnHelper<Dunned>();

interface Links {
  document: (dunned: Dunned) => ReactNode;
  /** Only where there are several. */
  customer?: (dunned: Dunned) => ReactNode;
}

/** Columns of a list of overdue documents. */
export function dunnedColumns({ document, customer }: Links) {
  return [
    column.accessor('document', {
      header: 'Document',
      meta: { hasLinks: true },
      cell: ({ row: { original } }) => document(original),
    }),
    ...(customer
      ? [
          column.accessor('customer', {
            header: 'Customer',
            cell: ({ row: { original } }) => customer(original),
          }),
        ]
      : []),
    column.accessor('due_on', {
      header: 'Due',
      meta: { wideOnly: true },
      cell: (cell) => <Day day={cell.getValue()} />,
    }),
    column.accessor('open_amount', {
      header: 'Overdue',
      meta: { numeric: true },
      cell: ({ row: { original } }) => (
        <>
          <Money amount={subtract(original.open_amount, original.disputed)} currency={original.currency} />
          {sign(original.disputed) > 0 ? (
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'normal' }}>
              and <Money amount={original.disputed} currency={original.currency} /> held by a dispute
            </Text>
          ) : null}
        </>
      ),
    }),
    column.display({
      id: 'step',
      header: 'Step',
      cell: ({ row: { original } }) => {
        if (original.state !== 'going-on') return <Badge color="gray">{endings[original.state]}</Badge>;
        const last = original.steps.at(-1);
        return last === undefined ? 'none yet' : stepWords(last.step);
      },
    }),
    column.display({
      id: 'fees',
      header: 'Fees',
      meta: { numeric: true, wideOnly: true },
      cell: ({ row: { original } }) => {
        const fees = feesOf(original);
        return sign(fees) === 0 ? '—' : <Money amount={fees} currency={original.currency} />;
      },
    }),
    column.accessor('next', {
      header: 'Next',
      meta: { wideOnly: true },
      cell: ({ row: { original } }) =>
        original.next === null ? (
          'none'
        ) : (
          <>
            {stepWords(original.next.step)}, <Day day={original.next.on} />
          </>
        ),
    }),
  ];
}
