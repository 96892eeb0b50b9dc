import { Code, Group, Stack, Text } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { usePages } from '@/shared/api/pages';
import { useAction } from '@/shared/api/useAction';
import { Choice } from '@/shared/ui/Choice';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { Filters } from '@/shared/ui/Filters';
import { Instant } from '@/shared/ui/Money';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import type { Delivery, DeliveryState, Endpoint, Owner } from './owner';
import { DeliveryBadge, deliveryStates } from './words';
import classes from './webhooks.module.css';

interface OfEndpoint {
  owner: Owner;
  endpoint: Endpoint;
}

function Resend({ owner, endpoint, delivery }: OfEndpoint & { delivery: Delivery }) {
  const resend = useAction((_: string, key) => owner.resend(endpoint.id, delivery.id, key), {
    done: () => `${delivery.type} is told once more`,
    changes: [owner.key],
  });
  return (
    <ConfirmAction
      label="Resend"
      accessibleLabel={`Resend ${delivery.type}, event ${String(delivery.event)} of ${delivery.customer ?? 'the house'}`}
      title="Tell it once more"
      disabled={!endpoint.enabled}
      action={resend}
    >
      The same bytes under the same id, whatever became of it. The endpoint has to know what it took before.
    </ConfirmAction>
  );
}

function ResendDead({ owner, endpoint }: OfEndpoint) {
  const resend = useAction((_: string, key) => owner.resendDead(endpoint.id, key), {
    done: ({ resent }) => `${String(resent)} are told once more`,
    changes: [owner.key],
  });
  return (
    <ConfirmAction
      label="Resend what was given up"
      title="Tell again all that was given up"
      disabled={!endpoint.enabled}
      action={resend}
    >
      Each in its order, with the same bytes under the same id.
    </ConfirmAction>
  );
}

function prettyBody(body: string): string {
  // Figures in it are strings, so that nothing is rounded.
  return JSON.stringify(JSON.parse(body), null, 2);
}

function Told({ delivery }: { delivery: Delivery }) {
  return (
    <Stack gap={6}>
      {delivery.last_error ? (
        <Text size="sm" className="breakable">
          Last answer: {delivery.last_error}
        </Text>
      ) : null}
      <Text size="xs" c="dimmed" className="breakable">
        webhook-id: {delivery.id}
      </Text>
      <Code block className={classes.body} {...scrolls}>
        {prettyBody(delivery.body)}
      </Code>
    </Stack>
  );
}

/** What scrolls is reached by keyboard. */
const scrolls = { tabIndex: 0, role: 'region', 'aria-label': 'What is told (scrolls)' };

function Answer({ delivery }: { delivery: Delivery }) {
  const { status, sent_at: sentAt, next_try_at: nextTryAt } = delivery;
  return (
    <>
      {status === null ? null : <span className="tabular">HTTP {String(status)}</span>}
      {sentAt === null ? null : (
        <Text size="xs" c="dimmed" component="div">
          <Instant at={sentAt} />
        </Text>
      )}
      {nextTryAt === null || delivery.state !== 'pending' ? null : (
        <Text size="xs" c="dimmed" component="div">
          next try <Instant at={nextTryAt} />
        </Text>
      )}
    </>
  );
}

/** What an endpoint was, is and will be told. */
export function Deliveries({ owner, endpoint, mayChange }: OfEndpoint & { mayChange: boolean }) {
  const [state, setState] = useState<DeliveryState | undefined>(undefined);
  const pages = usePages<Delivery>(
    [...owner.key, endpoint.id, 'deliveries', state],
    (cursor) => owner.deliveries(endpoint.id, { ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) }),
    { refetchInterval: 5_000 },
  );
  const columns = useMemo<ColumnDef<Delivery>[]>(
    () => [
      { accessorKey: 'type', header: 'What' },
      {
        id: 'state',
        header: 'State',
        cell: ({ row: { original } }) => <DeliveryBadge delivery={original} />,
      },
      {
        accessorKey: 'happened_at',
        header: 'Happened',
        cell: ({ row: { original } }) => <Instant at={original.happened_at} />,
        meta: { wideOnly: true },
      },
      { accessorKey: 'customer', header: 'Customer', meta: { wideOnly: true } },
      { accessorKey: 'attempts', header: 'Tries', meta: { numeric: true, wideOnly: true } },
      {
        id: 'answer',
        header: 'Answer',
        cell: ({ row: { original } }) => <Answer delivery={original} />,
        meta: { wideOnly: true },
      },
      ...(mayChange
        ? [
            {
              id: 'action',
              header: 'Action',
              cell: ({ row: { original } }) => (
                <Resend owner={owner} endpoint={endpoint} delivery={original} />
              ),
            } satisfies ColumnDef<Delivery>,
          ]
        : []),
    ],
    [owner, endpoint, mayChange],
  );
  return (
    <Section
      title="What it was told, the latest first"
      aside={
        mayChange ? (
          <Group gap="xs">
            <ResendDead owner={owner} endpoint={endpoint} />
          </Group>
        ) : null
      }
    >
      <Filters>
        <Choice
          label="State"
          value={state ?? ''}
          onChange={(value) => {
            setState(value === '' ? undefined : (value as DeliveryState));
          }}
          data={[{ value: '', label: 'All' }, ...deliveryStates]}
        />
      </Filters>
      <PagedTable
        label="What the endpoint was told"
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        detail={(delivery) => <Told delivery={delivery} />}
        empty={<Empty title="Nothing yet">It is told what happens from now on, within seconds.</Empty>}
      />
    </Section>
  );
}
