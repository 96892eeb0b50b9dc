import { useSearchParams } from 'react-router-dom';
import { dunnedColumns, dunnedStates, StepsTaken } from '@/receivables/DunnedView';
import { answer, api } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Choice } from '@/shared/ui/Choice';
import { Filters } from '@/shared/ui/Filters';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { useCustomer } from './customer';
import { DocumentLink } from './DocumentLink';
import { customerKey } from './queries';

const columns = dunnedColumns({ document: ({ document }) => <DocumentLink number={document} /> });

/** What is overdue: which reminders came, what they cost, what a dispute holds, what comes next. */
export function Reminders() {
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const state = dunnedStates.find((each) => each === search.get('reminders')) ?? 'going-on';
  const pages = usePages([...customerKey(customer.key), 'dunning', state], (cursor, signal) =>
    answer(
      api.GET('/api/v1/customers/{customer}/dunning', {
        params: {
          path: { customer: customer.key },
          query: { state, ...(cursor === undefined ? {} : { cursor }) },
        },
        signal,
      }),
    ),
  );
  return (
    <>
      <Filters>
        <Choice
          label="Documents"
          value={state}
          onChange={(value) => {
            const next = new URLSearchParams(search);
            if (value === 'all') next.set('reminders', value);
            else next.delete('reminders');
            setSearch(next, { replace: true });
          }}
          data={[
            { value: 'going-on', label: 'overdue' },
            { value: 'all', label: 'all, settled ones too' },
          ]}
        />
      </Filters>
      <PagedTable
        label="Documents of which you were reminded"
        pages={pages}
        columns={columns}
        rowKey={({ document }) => document}
        detail={(dunned) => <StepsTaken {...dunned} />}
        empty={
          <Empty title="No reminders">
            {state === 'all' ? 'None was ever sent.' : 'No document is so long overdue.'}
          </Empty>
        }
      />
    </>
  );
}
