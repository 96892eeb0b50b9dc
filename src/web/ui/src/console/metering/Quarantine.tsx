import { Badge, Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Instant } from '@/shared/ui/Money';
import { Empty } from '@/shared/ui/states';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { FactList } from '@/shared/ui/FactList';
import { Filters } from '@/shared/ui/Filters';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useAction } from '@/shared/api/useAction';
import { readable, RepairDialog } from './RepairDialog';
import { Choice } from '@/shared/ui/Choice';

type Event = Schemas['QuarantinedEvent'];

const states = ['open', 'replayed', 'dropped', 'all'] as const;
const colours = { open: 'orange', replayed: 'green', dropped: 'gray' } as const;

export function outcomeSaid({ outcome, reason, event }: Schemas['QuarantineOutcome']): string {
  const name = `Event ${event.event_id}`;
  if (outcome === 'counted') return `${name} is counted`;
  if (outcome === 'duplicate') return `${name} was counted before`;
  if (outcome === 'dropped') return `${name} is given up`;
  return `${name} stays in quarantine: ${reason ?? 'refused'}`;
}

function Drop({ event }: { event: Event }) {
  const drop = useAction(
    (why: string) =>
      answer(api.POST('/api/v1/quarantine/{id}/drop', { params: { path: { id: event.id } }, body: { why } })),
    { done: outcomeSaid },
  );
  return (
    <ConfirmAction
      label="Drop"
      accessibleLabel={`Drop ${event.event_id}`}
      color="red"
      title="Give the event up"
      reason={{ label: 'Why', needed: true }}
      action={drop}
    >
      It is never counted, unless it is delivered again.
    </ConfirmAction>
  );
}

function Replay({ event }: { event: Event }) {
  const replay = useAction(
    () => answer(api.POST('/api/v1/quarantine/{id}/replay', { params: { path: { id: event.id } } })),
    { done: outcomeSaid },
  );
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={`Replay ${event.event_id}`}
      loading={replay.isPending}
      onClick={() => {
        replay.mutate(null);
      }}
    >
      Replay
    </Button>
  );
}

function EventDetail({ event, onRepair }: { event: Event; onRepair: ((event: Event) => void) | null }) {
  return (
    <Stack gap="sm">
      <FactList
        facts={[
          { label: 'Namespace', value: event.namespace },
          { label: 'Subject', value: event.subject === '' ? 'none' : event.subject },
          { label: 'First delivery', value: <Instant at={event.first_at} /> },
          { label: 'Last delivery', value: <Instant at={event.last_at} /> },
          { label: 'Deliveries', value: `${event.deliveries}` },
          ...(event.settled_at === null
            ? []
            : [
                {
                  label: 'Settled',
                  value: (
                    <>
                      {event.settled_by}, <Instant at={event.settled_at} />
                      {event.settled_why === null ? '' : `: ${event.settled_why}`}
                    </>
                  ),
                },
              ]),
        ]}
      />
      <Code block>{event.content === null ? `base64: ${event.bytes ?? ''}` : readable(event.content)}</Code>
      {onRepair && event.state === 'open' ? (
        <Group gap="xs">
          <Button
            size="xs"
            aria-label={`Repair ${event.event_id}`}
            onClick={() => {
              onRepair(event);
            }}
          >
            Repair
          </Button>
          <Replay event={event} />
          <Drop event={event} />
        </Group>
      ) : null}
    </Stack>
  );
}

const column = createColumnHelper<Event>();

const columns = [
  column.accessor('event_id', { header: 'Event' }),
  column.accessor('source', { header: 'Source', meta: { wideOnly: true } }),
  column.accessor('reason', { header: 'Reason' }),
  column.accessor('last_at', {
    header: 'Last delivery',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
  column.accessor('deliveries', { header: 'Deliveries', meta: { numeric: true, wideOnly: true } }),
  column.accessor('state', {
    header: 'State',
    cell: (cell) => <Badge color={colours[cell.getValue()]}>{cell.getValue()}</Badge>,
  }),
];

type Filter = { source: string; reason: string };

function ReplayMany({ filter }: { filter: Filter }) {
  const choice = {
    all: filter.source === '' && filter.reason === '',
    ...(filter.source === '' ? {} : { source: filter.source }),
    ...(filter.reason === '' ? {} : { reason: filter.reason }),
  };
  const replay = useAction(() => answer(api.POST('/api/v1/quarantine/replay', { body: choice })), {
    done: (result) =>
      `${result.tried} tried: ${result.counted} counted, ${result.refused} refused, ${result.unreadable} unreadable`,
  });
  const which = choice.all ? 'all open events' : 'the open events of this source and reason';
  return (
    <ConfirmAction label="Replay all" title={`Deliver ${which} again`} action={replay}>
      Whatever can be counted now leaves quarantine; the rest stays.
    </ConfirmAction>
  );
}

/** Events that could not be counted, with repair, replay and dropping. */
export function Quarantine() {
  const mayOperate = useMay('operate');
  const [state, setState] = useState<(typeof states)[number]>('open');
  const [text, setText] = useState({ source: '', reason: '' });
  const [filter] = useDebouncedValue(text, 300);
  const [repairing, setRepairing] = useState<Event | null>(null);
  const pages = usePages(
    ['quarantine', state, filter],
    (cursor, signal) =>
      answer(
        api.GET('/api/v1/quarantine', {
          params: {
            query: {
              state,
              ...(filter.source === '' ? {} : { source: filter.source }),
              ...(filter.reason === '' ? {} : { reason: filter.reason }),
              ...(cursor ? { cursor } : {}),
            },
          },
          signal,
        }),
      ),
    { refetchInterval: 15_000 },
  );
  const field = useMemo(
    () => (name: 'source' | 'reason') => ({
      value: text[name],
      onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
        setText({ ...text, [name]: event.currentTarget.value });
      },
    }),
    [text],
  );
  return (
    <>
      <Filters>
        <Choice
          label="State"
          data={[...states]}
          value={state}
          onChange={(value) => {
            setState(states.find((each) => each === value) ?? 'open');
          }}
        />
        <TextInput label="Source" description="The whole name" {...field('source')} />
        <TextInput label="Reason" description="A part of it" {...field('reason')} />
        {mayOperate && state === 'open' && (pages.items?.length ?? 0) > 0 ? (
          <ReplayMany filter={filter} />
        ) : null}
      </Filters>
      <Text size="sm" c="dimmed" mb="xs">
        These events count for nothing until they are repaired or replayed.
      </Text>
      <PagedTable
        label="Quarantine"
        pages={pages}
        columns={columns}
        rowKey={(row) => row.id}
        detail={(row) => <EventDetail event={row} onRepair={mayOperate ? setRepairing : null} />}
        empty={<Empty title="Quarantine is empty">Whatever came in could be counted.</Empty>}
      />
      {repairing ? (
        <RepairDialog
          event={repairing}
          onClose={() => {
            setRepairing(null);
          }}
        />
      ) : null}
    </>
  );
}
