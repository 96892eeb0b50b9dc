import { dunnedColumns, dunnedStates, StepsTaken } from '@/receivables/DunnedView';
import { answer, api } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Choice } from '@/shared/ui/Choice';
import { Filters } from '@/shared/ui/Filters';
import { Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { CustomerLink, DocumentLink } from '../lib/links';
import { useFilters } from '../lib/useFilters';

const columns = dunnedColumns({
  document: ({ customer, document }) => <DocumentLink customer={customer} number={document} />,
  customer: ({ customer }) => <CustomerLink customer={customer} />,
});

/** Documents that are overdue, or were: which steps were taken, and which comes next. */
export function DunningTab() {
  const [filters, setFilters] = useFilters({ dunning: 'going-on' });
  const state = dunnedStates.find((each) => each === filters.dunning) ?? 'going-on';
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
        detail={(dunned) => <StepsTaken {...dunned} />}
        empty={
          <Empty title="Nobody is reminded">No document is so long overdue, or no engine reminds.</Empty>
        }
      />
    </Section>
  );
}
