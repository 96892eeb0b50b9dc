import { Badge, Button, Group, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { createColumnHelper } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { formatDay } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Quantity } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { Day } from '@/shared/ui/Day';
import type { ChangeRequest } from './ChangeDialog';
import { type ChangeKind, forms } from './changeForms';

type Subscription = Schemas['Subscription'];
type Begin = ((change: ChangeRequest) => void) | null;

const colours = {
  future: 'gray',
  trial: 'violet',
  active: 'green',
  paused: 'orange',
  ended: 'gray',
} as const;

const changesOf: Record<Subscription['state'], ChangeKind[]> = {
  future: ['change-quantities', 'cancel'],
  trial: ['change-plan', 'change-quantities', 'pause', 'cancel'],
  active: ['change-plan', 'change-quantities', 'pause', 'cancel'],
  paused: ['resume', 'change-plan', 'change-quantities', 'cancel'],
  ended: [],
};

function Actions({ subscription, onChange }: { subscription: Subscription; onChange: NonNullable<Begin> }) {
  const kinds = changesOf[subscription.state];
  if (kinds.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Change subscription ${subscription.key}`}
        >
          Change
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item
            key={kind}
            onClick={() => {
              onChange({ kind, fixed: { subscription: subscription.key } });
            }}
          >
            {forms[kind].title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Quantities({ subscription: { quantities } }: { subscription: Subscription }) {
  const reader = useReader();
  if (quantities.length === 0) return null;
  return (
    <Text size="xs" c="dimmed" component="div">
      {quantities.map(({ name, value, starts_on: startsOn }) => (
        <div key={`${name} ${startsOn}`}>
          {name}: <Quantity value={value} /> from {formatDay(startsOn, reader)}
        </div>
      ))}
    </Text>
  );
}

const column = createColumnHelper<Subscription>();

const columns = [
  column.accessor('key', {
    header: 'Key',
    cell: ({ row: { original } }) => (
      <>
        {original.key}
        <Quantities subscription={original} />
      </>
    ),
  }),
  column.accessor('plan', {
    header: 'Plan',
    cell: ({ row: { original } }) => (
      <>
        {original.plan_title ?? original.plan}
        <Text size="xs" c="dimmed">
          {[original.plan, original.currency, original.environment]
            .filter((part) => part !== null)
            .join(', ')}
          {original.plan_title === null ? '; not in the active configuration' : ''}
        </Text>
      </>
    ),
  }),
  column.accessor('state', {
    header: 'State',
    cell: ({ row: { original } }) => (
      <Group gap={4}>
        <Badge color={colours[original.state]}>{original.state}</Badge>
        {original.trial_until !== null && original.state === 'trial' ? (
          <Text size="xs" c="dimmed">
            until <Day day={original.trial_until} />
          </Text>
        ) : null}
        {original.pauses.map((pause) => (
          <Text key={pause.starts_on} size="xs" c="dimmed">
            paused from <Day day={pause.starts_on} />
            {pause.ends_on === null ? '' : <> until {<Day day={pause.ends_on} />}</>}
          </Text>
        ))}
      </Group>
    ),
  }),
  column.accessor('starts_on', {
    header: 'From',
    meta: { wideOnly: true },
    cell: (cell) => <Day day={cell.getValue()} />,
  }),
  column.accessor('ends_on', {
    header: 'Until',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) =>
      original.ends_on === null ? (
        'goes on'
      ) : (
        <>
          <Day day={original.ends_on} />
          {original.ending === null ? '' : ` (${original.ending})`}
        </>
      ),
  }),
];

/** Subscriptions of a customer, each with what can be changed about it. */
export function Subscriptions({ details, onChange }: { details: Schemas['Customer']; onChange: Begin }) {
  return (
    <Section title="Subscriptions">
      <DataTable
        label="Subscriptions"
        columns={
          onChange
            ? [
                ...columns,
                column.display({
                  id: 'change',
                  header: 'Action',
                  cell: ({ row }) => <Actions subscription={row.original} onChange={onChange} />,
                }),
              ]
            : columns
        }
        rows={details.subscriptions}
        rowKey={(row) => row.key}
        sortable={false}
        empty={<Empty title="No subscriptions">Subscribe the customer to a plan to bill it.</Empty>}
      />
    </Section>
  );
}
