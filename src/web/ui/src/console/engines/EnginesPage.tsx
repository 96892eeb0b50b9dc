import { Anchor, Badge, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { FactList } from '@/shared/ui/FactList';
import { RunLink } from '../lib/links';
import { duration } from '../lib/words';
import { ChainPicture } from './ChainPicture';
import { OnDemandDialog } from './OnDemandDialog';
import { RunDialog } from './RunDialog';

type Engine = Schemas['Engine'];

function Schedule({ schedule }: { schedule: NonNullable<Engine['schedule']> }) {
  return (
    <>
      {schedule.in_words}
      <Text size="xs" c="dimmed">
        <code>{schedule.cron}</code> in {schedule.zone};{' '}
        {schedule.missed === 'catch-up' ? 'missed firings are caught up' : 'missed firings are skipped'}
      </Text>
    </>
  );
}

function Firings({ schedule }: { schedule: NonNullable<Engine['schedule']> }) {
  return (
    <ol style={{ margin: 0, paddingLeft: '1.2em' }}>
      {schedule.next.map((at, index) => (
        <li key={at}>
          <Instant at={at} />
          {index === 0 && schedule.next_starts_at !== null && schedule.next_starts_at !== at ? (
            <Text size="xs" c="dimmed">
              starts <Instant at={schedule.next_starts_at} />, after the grace
            </Text>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function EngineView({ engine }: { engine: Engine }) {
  const { schedule } = engine;
  const mayOperate = useMay('operate');
  return (
    <Section
      title={engine.id}
      aside={
        <Group gap="xs">
          <Badge color={schedule ? 'blue' : 'gray'}>{schedule ? 'scheduled' : 'on demand'}</Badge>
          <Badge color={engine.issues || engine.duns ? 'green' : 'gray'}>
            {engine.issues ? 'issues documents' : engine.duns ? 'duns overdue documents' : 'stores nothing'}
          </Badge>
          {engine.issues || engine.duns ? (
            mayOperate ? (
              <RunDialog engine={engine} />
            ) : null
          ) : (
            <OnDemandDialog engine={engine.id} />
          )}
        </Group>
      }
    >
      <FactList
        facts={[
          { label: 'Schedule', value: schedule ? <Schedule schedule={schedule} /> : 'nothing fires it' },
          ...(schedule ? [{ label: 'Next firings', value: <Firings schedule={schedule} /> }] : []),
          ...(schedule
            ? [
                {
                  label: 'Last firing',
                  value:
                    schedule.last_fired_at === null ? 'none yet' : <Instant at={schedule.last_fired_at} />,
                },
                { label: 'Grace for late usage', value: duration(engine.grace_seconds) },
                { label: 'Customers of a batch', value: `${engine.batch_size}` },
                { label: 'Workers of a process', value: `${engine.workers}` },
              ]
            : []),
          ...(engine.running.length > 0
            ? [
                {
                  label: 'Going on',
                  value: engine.running.map((run, index) => (
                    <span key={run}>
                      {index > 0 ? ', ' : 'run '}
                      <RunLink run={run} />
                    </span>
                  )),
                },
              ]
            : []),
        ]}
      />
      <ChainPicture engine={engine.id} handlers={engine.handlers} />
    </Section>
  );
}

export function Component() {
  const engines = useQuery({
    queryKey: ['engines'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/engines', { signal })),
    refetchInterval: 15_000,
  });
  return (
    <Page
      title="Engines"
      aside={
        engines.data ? (
          <Anchor component={Link} to="/console/configuration" size="sm">
            configuration version {engines.data.configuration_version}
          </Anchor>
        ) : null
      }
    >
      <QueryView query={engines} height={640}>
        {({ items }) => items.map((engine) => <EngineView key={engine.id} engine={engine} />)}
      </QueryView>
    </Page>
  );
}
