import { Anchor, Button, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { useAction } from '@/shared/api/useAction';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Secret } from '@/shared/ui/Secret';
import { Empty, QueryView } from '@/shared/ui/states';
import { EndpointForm } from './EndpointForm';
import type { Endpoint, EndpointWithSecret, Owner } from './owner';
import { EndpointBadge } from './words';

function NewEndpoint({ owner, onClose }: { owner: Owner; onClose: () => void }) {
  const [made, setMade] = useState<EndpointWithSecret | null>(null);
  const create = useAction(owner.create, { done: () => null, after: setMade });
  return (
    <Modal opened onClose={onClose} title={made ? 'The new endpoint' : 'Tell an endpoint'} size="lg">
      {made ? (
        <Secret label={`Secret of ${made.endpoint.url}`} value={made.secret} />
      ) : (
        <EndpointForm
          owner={owner}
          initial={{ url: '', events: ['*'], description: '' }}
          button="Add the endpoint"
          pending={create.isPending}
          error={create.error}
          onSubmit={create.mutate}
          onLeave={onClose}
        />
      )}
    </Modal>
  );
}

function columnsOf(owner: Owner): ColumnDef<Endpoint>[] {
  return [
    {
      accessorKey: 'url',
      header: 'Address',
      cell: ({ row: { original } }) => (
        <>
          <Anchor
            component={Link}
            to={`${owner.page}/${encodeURIComponent(original.id)}`}
            inherit
            className="breakable"
          >
            {original.url}
          </Anchor>
          {original.description ? (
            <Text size="xs" c="dimmed">
              {original.description}
            </Text>
          ) : null}
        </>
      ),
    },
    {
      id: 'state',
      header: 'State',
      enableSorting: false,
      cell: ({ row: { original } }) => <EndpointBadge endpoint={original} />,
    },
    {
      id: 'events',
      header: 'Is told',
      enableSorting: false,
      cell: ({ row: { original } }) =>
        original.events.includes('*') ? 'everything' : original.events.join(', '),
      meta: { wideOnly: true },
    },
    {
      accessorKey: 'created_at',
      header: 'Made',
      cell: ({ row: { original } }) => <Instant at={original.created_at} />,
      meta: { wideOnly: true },
    },
  ];
}

interface EndpointsViewProps {
  owner: Owner;
  title: string;
  mayChange: boolean;
  /** Between title and list. */
  above?: ReactNode;
}

/** The endpoints that are told what happens. */
export function EndpointsView({ owner, title, mayChange, above }: EndpointsViewProps) {
  const [making, make] = useDisclosure(false);
  const query = useQuery({ queryKey: [...owner.key, 'list'], queryFn: owner.list });
  const columns = useMemo(() => columnsOf(owner), [owner]);
  return (
    <Page
      title={title}
      actions={
        mayChange ? (
          <Button leftSection={<IconWebhook size={16} aria-hidden />} onClick={make.open}>
            Add an endpoint
          </Button>
        ) : null
      }
    >
      {above}
      <Section title="Webhooks">
        <QueryView query={query} height={240}>
          {({ items }) => (
            <DataTable
              label="Endpoints that are told what happens"
              columns={columns}
              rows={items}
              rowKey={({ id }) => id}
              sortable={false}
              empty={
                <Empty title="No endpoint yet">
                  A webhook tells a program of yours at once when an invoice is issued or a payment is booked.
                </Empty>
              }
            />
          )}
        </QueryView>
      </Section>
      {making ? <NewEndpoint owner={owner} onClose={make.close} /> : null}
    </Page>
  );
}
