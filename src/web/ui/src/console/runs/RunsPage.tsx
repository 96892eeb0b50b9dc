import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { Filters } from '@/shared/ui/Filters';
import { RunLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useFilters } from '../lib/useFilters';
import { OutcomeBar, RunScope, RunStateBadge } from './runParts';
import { Choice } from '@/shared/ui/Choice';

const column = createColumnHelper<Schemas['RunSummary']>();
const numeric = { meta: { numeric: true, wideOnly: true } };

const columns = [
  column.accessor('run', { header: 'Run', cell: (cell) => <RunLink run={cell.getValue()} /> }),
  column.accessor('engine', { header: 'Engine' }),
  column.accessor('state', { header: 'State', cell: (cell) => <RunStateBadge state={cell.getValue()} /> }),
  column.accessor('fires_at', { header: 'Fired', cell: (cell) => <Instant at={cell.getValue()} /> }),
  column.accessor('kind', { header: 'Kind', meta: { wideOnly: true } }),
  column.display({
    id: 'scope',
    header: 'For',
    meta: { wideOnly: true },
    cell: ({ row }) => <RunScope run={row.original} />,
  }),
  column.display({
    id: 'progress',
    header: 'Done',
    meta: { wideOnly: true },
    cell: ({ row }) => <OutcomeBar run={row.original} label={`Done of run ${row.original.run}`} />,
  }),
  column.accessor('due', { header: 'Due', ...numeric }),
  column.accessor('invoiced', { header: 'Invoiced', ...numeric }),
  column.accessor('parked', { header: 'Parked', ...numeric }),
  column.accessor('held', { header: 'Held', ...numeric }),
  column.accessor('nothing_due', { header: 'Nothing due', ...numeric }),
];

const states = ['running', 'done', 'cancelled'] as const;

export function Component() {
  const [filters, setFilters] = useFilters({ engine: '', state: '' });
  const engines = useQuery({
    queryKey: ['engines'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/engines', { signal })),
  });
  const state = states.find((each) => each === filters.state);
  const pages = usePages(
    ['runs', filters],
    (cursor, signal) =>
      answer(
        api.GET('/api/v1/runs', {
          params: {
            query: {
              ...(filters.engine === '' ? {} : { engine: filters.engine }),
              ...(state ? { state } : {}),
              ...(cursor ? { cursor } : {}),
            },
          },
          signal,
        }),
      ),
    { refetchInterval: 5000 },
  );
  return (
    <Page title="Runs">
      <Section title="Latest first">
        <Filters>
          <Choice
            label="Engine"
            value={filters.engine}
            onChange={(engine) => {
              setFilters({ engine: engine ?? '' });
            }}
            data={[
              { value: '', label: 'All' },
              ...(engines.data?.items.filter((each) => each.issues || each.duns).map((each) => each.id) ??
                []),
            ]}
          />
          <Choice
            label="State"
            value={filters.state}
            onChange={(next) => {
              setFilters({ state: next ?? '' });
            }}
            data={[{ value: '', label: 'All' }, ...states]}
          />
        </Filters>
        <PagedTable
          label="Runs"
          pages={pages}
          columns={columns}
          rowKey={(row) => `${row.run}`}
          empty={<Empty title="No runs">An engine that fires, or is run by hand, is here.</Empty>}
        />
      </Section>
    </Page>
  );
}
