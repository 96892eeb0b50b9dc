import { Badge, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { Anchor } from '@mantine/core';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { FactList } from '@/shared/ui/FactList';
import { bytes } from '../lib/words';
import { VerificationSection } from './VerificationSection';

type Health = Schemas['HealthState'];
type Verdict = Health['status'];

const colours: Record<Verdict, string> = { ok: 'green', warning: 'orange', wrong: 'red' };
const words: Record<Verdict, string> = { ok: 'fine', warning: 'warning', wrong: 'wrong' };

function VerdictBadge({ verdict }: { verdict: Verdict }) {
  return <Badge color={colours[verdict]}>{words[verdict]}</Badge>;
}

const finding = createColumnHelper<Health['findings'][number]>();
const findingColumns = [
  finding.accessor('subject', { header: 'What' }),
  finding.accessor('verdict', {
    header: 'Verdict',
    cell: (cell) => <VerdictBadge verdict={cell.getValue()} />,
  }),
  finding.accessor('says', {
    header: 'How it is',
    cell: ({ row: { original } }) => (
      <div className="breakable">
        {original.says}
        {original.todo === null ? null : (
          <Text size="sm" c="dimmed">
            To do: {original.todo}
          </Text>
        )}
      </div>
    ),
  }),
];

const worker = createColumnHelper<Health['workers'][number]>();
const workerColumns = [
  worker.accessor('host', { header: 'Host' }),
  worker.accessor('process', { header: 'Process', meta: { numeric: true } }),
  worker.accessor('batches', { header: 'Batches in hand', meta: { numeric: true } }),
  worker.accessor('started_at', {
    header: 'Started',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
];

function Versions({ health }: { health: Health }) {
  return (
    <FactList
      facts={[
        { label: 'Reckoner', value: health.program },
        {
          label: 'Configuration',
          value:
            health.configuration_version === null ? (
              'none'
            ) : (
              <Anchor component={Link} to="/console/configuration" inherit>
                version {health.configuration_version}
              </Anchor>
            ),
        },
        { label: 'Time zone data', value: health.tzdata },
        { label: 'ABI of plug-ins', value: `${health.plugin_abi}` },
        {
          label: 'Schema of the database',
          value:
            health.schema.applied === health.schema.known
              ? `${health.schema.applied}`
              : `${health.schema.applied} of ${health.schema.known}`,
        },
      ]}
    />
  );
}

function Database({ database }: { database: Health['database'] }) {
  const { locale } = useReader();
  return (
    <FactList
      facts={[
        { label: 'PostgreSQL', value: database.version },
        { label: 'Citus', value: database.citus ?? 'not used' },
        { label: 'Role', value: database.role },
        { label: 'Size', value: bytes(database.bytes, locale) },
        { label: 'Connections', value: `${database.connections} of ${database.connections_max}` },
        { label: 'Synchronous commit', value: database.synchronous_commit },
        {
          label: 'Standbys',
          value:
            database.standbys.length === 0
              ? 'none'
              : database.standbys.map(({ name, state }) => (
                  <div key={name}>
                    {name}: {state ?? 'state not shown'}
                  </div>
                )),
        },
      ]}
    />
  );
}

export function Component() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/health', { signal })),
    refetchInterval: 10_000,
  });
  return (
    <Page title="Health" aside={health.data ? <VerdictBadge verdict={health.data.status} /> : null}>
      <QueryView query={health} height={560}>
        {(state) => (
          <>
            <Section
              title="What the guarantees rest on"
              aside={
                <Text size="sm" c="dimmed">
                  as of <Instant at={state.at} />
                </Text>
              }
            >
              <DataTable
                label="Findings"
                columns={findingColumns}
                rows={state.findings}
                rowKey={(row) => `${row.subject} ${row.says}`}
                sortable={false}
                empty="Nothing to say."
              />
            </Section>
            <Section title="Versions">
              <Versions health={state} />
            </Section>
            <Section title="Database">
              <Database database={state.database} />
            </Section>
            <Section title="Workers">
              <DataTable
                label="Workers"
                columns={workerColumns}
                rows={state.workers}
                rowKey={(row) => `${row.host} ${row.process}`}
                sortable={false}
                empty="No process works on runs."
              />
            </Section>
          </>
        )}
      </QueryView>
      <Stack>
        <VerificationSection />
      </Stack>
    </Page>
  );
}
