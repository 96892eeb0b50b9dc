import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useParams } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { FactList } from '@/shared/ui/FactList';
import { useAction } from '@/shared/api/useAction';
import { duration } from '../lib/words';
import { HeldTable } from './HeldTable';
import { ParkedTable } from './ParkedTable';
import { AccountingIdentity, OutcomeBar, RunScope, RunStateBadge } from './runParts';
import { type Connection, useRunStream } from './useRunStream';

type RunState = Schemas['RunState'];

const connections: Record<Connection, { label: string; color: string } | null> = {
  connecting: { label: 'connecting', color: 'gray' },
  live: { label: 'live', color: 'green' },
  lost: { label: 'connection lost, trying again', color: 'orange' },
  ended: null,
};

function CancelRun({ run }: { run: number }) {
  const cancel = useAction(
    () => answer(api.POST('/api/v1/runs/{run}/cancel', { params: { path: { run } } })),
    { done: () => `Run ${run} is cancelled` },
  );
  return (
    <ConfirmAction label="Cancel run" color="red" title={`Cancel run ${run}`} action={cancel}>
      Batches that are done stay, those in hand are waited for. Customers that are left are due for the next
      run; this firing does not fire again.
    </ConfirmAction>
  );
}

function Progress({ state: { run, progress } }: { state: RunState }) {
  const { locale } = useReader();
  const number = (value: number) => value.toLocaleString(locale, { maximumFractionDigits: 1 });
  const running = run.state === 'running';
  return (
    <Stack gap="sm">
      <OutcomeBar run={run} label={`Done of run ${run.run}`} />
      <AccountingIdentity run={run} />
      <FactList
        facts={[
          {
            label: 'Customers',
            value: `${number(progress.customers_done)} of ${number(progress.customers)}`,
          },
          { label: 'Batches', value: `${number(progress.batches_done)} of ${number(progress.batches)}` },
          {
            label: running ? 'Rate' : 'Rate at the end',
            value:
              progress.customers_per_second === null
                ? 'not known yet'
                : `${number(progress.customers_per_second)} customers/s`,
          },
          ...(running
            ? [
                {
                  label: 'Left',
                  value:
                    progress.seconds_left === null
                      ? 'not known yet'
                      : `about ${duration(progress.seconds_left)}`,
                },
                {
                  label: 'At work',
                  value:
                    progress.workers.length === 0
                      ? 'nobody works on it'
                      : progress.workers.map((worker) => (
                          <div key={`${worker.host} ${worker.process}`}>
                            process {worker.process} on {worker.host}: {worker.batches}{' '}
                            {worker.batches === 1 ? 'batch' : 'batches'}
                          </div>
                        )),
                },
              ]
            : []),
        ]}
      />
    </Stack>
  );
}

function Facts({ run }: { run: Schemas['RunSummary'] }) {
  return (
    <FactList
      facts={[
        { label: 'Engine', value: run.engine },
        { label: 'Kind', value: run.kind },
        { label: 'For', value: <RunScope run={run} /> },
        { label: 'Fired', value: <Instant at={run.fires_at} /> },
        { label: 'Started', value: <Instant at={run.started_at} /> },
        { label: 'Ended', value: run.ended_at === null ? 'goes on' : <Instant at={run.ended_at} /> },
        { label: 'Usage cut', value: `${run.cut}` },
        { label: 'Configuration version', value: `${run.configuration_version}` },
      ]}
    />
  );
}

function RunView({ number, first }: { number: number; first: RunState }) {
  const queries = useQueryClient();
  const mayOperate = useMay('operate');
  const whenEnded = useCallback(() => {
    for (const key of ['runs', 'run', 'engines', 'parked', 'held'])
      void queries.invalidateQueries({ queryKey: [key] });
  }, [queries]);
  const stream = useRunStream(number, whenEnded);
  const state = stream.state ?? first;
  const running = state.run.state === 'running';
  const connection = running ? connections[stream.connection] : null;
  return (
    <Page
      title={`Run ${number}`}
      aside={
        <Group gap="xs" role="status">
          <RunStateBadge state={state.run.state} />
          {connection ? (
            <Badge color={connection.color} variant="dot">
              {connection.label}
            </Badge>
          ) : null}
        </Group>
      }
      actions={running && mayOperate ? <CancelRun run={number} /> : null}
    >
      <Section title="Progress">
        <Progress state={state} />
      </Section>
      <Section title="What it is">
        <Facts run={state.run} />
      </Section>
      {state.run.parked > 0 ? (
        <Section title="Parked by it">
          <Text size="sm" c="dimmed" mb="sm">
            Those who are still parked; who was billed since is not here any more.
          </Text>
          <ParkedTable run={number} engine={state.run.engine} refetchInterval={running ? 3000 : false} />
        </Section>
      ) : null}
      {state.run.held > 0 ? (
        <Section title="Held by it">
          <HeldTable run={number} refetchInterval={running ? 3000 : false} />
        </Section>
      ) : null}
    </Page>
  );
}

export function Component() {
  const number = parseInt(useParams().run ?? '', 10);
  const run = useQuery({
    queryKey: ['run', number],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/runs/{run}', { params: { path: { run: number } }, signal })),
    enabled: Number.isInteger(number),
  });
  if (!Number.isInteger(number)) return <NotFoundPage />;
  return (
    <QueryView query={run}>{(first) => <RunView key={number} number={number} first={first} />}</QueryView>
  );
}
