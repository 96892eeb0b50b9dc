import { Badge } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { sign } from '@/shared/format/decimal';
import { Choice } from '@/shared/ui/Choice';
import { DataTable } from '@/shared/ui/DataTable';
import { Filters } from '@/shared/ui/Filters';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { Day } from '../lib/Day';
import { CustomerLink, DocumentLink } from '../lib/links';
import { useFilters } from '../lib/useFilters';

type Dunned = Schemas['Dunned'];
type Step = Schemas['DunningStep'];

const states = ['going-on', 'all'] as const;
const words: Record<Dunned['state'], string> = {
  'going-on': 'goes on',
  paid: 'paid',
  credited: 'credited',
  void: 'void',
  'written-off': 'given up',
};

const stepColumn = createColumnHelper<Step>();

function stepColumns(currency: string) {
  return [
    stepColumn.accessor('step', {
      header: 'Step',
      cell: ({ row: { original } }) => (
        <>
          {original.step} {original.undone === null ? null : <Badge color="gray">undone</Badge>}
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
    stepColumn.display({
      id: 'note',
      header: 'Note',
      cell: ({ row: { original } }) => original.undone ?? original.note ?? '',
    }),
  ];
}

const column = createColumnHelper<Dunned>();

const columns = [
  column.accessor('document', {
    header: 'Document',
    cell: ({ row: { original } }) => (
      <>
        <DocumentLink customer={original.customer} number={original.document} />
        <div>
          <CustomerLink customer={original.customer} />
        </div>
      </>
    ),
  }),
  column.accessor('due_on', {
    header: 'Due',
    meta: { wideOnly: true },
    cell: (cell) => <Day day={cell.getValue()} />,
  }),
  column.accessor('open_amount', {
    header: 'Open',
    meta: { numeric: true },
    cell: ({ row: { original } }) => (
      <>
        <Money amount={original.open_amount} currency={original.currency} />
        {sign(original.disputed) > 0 ? (
          <div>
            <Money amount={original.disputed} currency={original.currency} /> disputed
          </div>
        ) : null}
      </>
    ),
  }),
  column.display({
    id: 'step',
    header: 'Step',
    cell: ({ row: { original } }) => {
      const last = original.steps.at(-1);
      if (original.state !== 'going-on') return <Badge color="gray">{words[original.state]}</Badge>;
      return last === undefined ? 'none yet' : last.step;
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
          {original.next.step}, <Day day={original.next.on} />
        </>
      ),
  }),
];

/** Documents that are overdue, or were: which steps were taken, and which comes next. */
export function DunningTab() {
  const [filters, setFilters] = useFilters({ dunning: 'going-on' });
  const state = states.find((each) => each === filters.dunning) ?? 'going-on';
  const pages = usePages(['receivables', 'dunning', state], (cursor, signal) =>
    answer(
      api.GET('/api/v1/dunning', {
        params: { query: { state, ...(cursor ? { cursor } : {}) } },
        signal,
      }),
    ),
  );
  return (
    <Section title={state === 'going-on' ? 'Who is reminded' : 'Who is reminded, or was'}>
      <Filters>
        <Choice
          label="Dunning"
          value={state}
          onChange={(value) => {
            setFilters({ dunning: value });
          }}
          data={[
            { value: 'going-on', label: 'goes on' },
            { value: 'all', label: 'all, ended too' },
          ]}
        />
      </Filters>
      <PagedTable
        label="Overdue documents"
        pages={pages}
        columns={columns}
        rowKey={({ document }) => document}
        detail={({ document, currency, steps }) => (
          <DataTable
            label={`Steps taken on ${document}`}
            columns={stepColumns(currency)}
            rows={steps}
            rowKey={({ step }) => step}
            sortable={false}
            empty="No step was taken yet."
          />
        )}
        empty={
          <Empty title="Nobody is reminded">No document is so long overdue, or no engine reminds.</Empty>
        }
      />
    </Section>
  );
}
