import { Badge, Button, Group } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { CustomerPicker } from '../lib/CustomerPicker';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useAction } from '@/shared/api/useAction';
import { useFilters } from '../lib/useFilters';
import { DeliveriesNav } from './DeliveriesNav';
import { MailDialog } from './MailDialog';
import { Choice } from '@/shared/ui/Choice';

type Mail = Schemas['Mail'];

const states = ['pending', 'sent', 'dead', 'unwanted'] as const;
const words = { pending: 'waits', sent: 'sent', dead: 'given up', unwanted: 'not wanted' } as const;
const colours = { pending: 'blue', sent: 'green', dead: 'red', unwanted: 'gray' } as const;

export function MailStateBadge({ state }: { state: Mail['state'] }) {
  return <Badge color={colours[state]}>{words[state]}</Badge>;
}

function Resend({ mail }: { mail: Mail }) {
  const resend = useAction(
    (_: string, key) =>
      answer(
        api.POST('/api/v1/mails/{id}/resend', {
          params: { path: { id: mail.id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    { done: () => `${mail.name} is sent to ${mail.recipient} once more` },
  );
  return (
    <ConfirmAction
      label="Resend"
      accessibleLabel={`Resend ${mail.name}`}
      title={`Send ${mail.name} once more`}
      action={resend}
    >
      The same bytes to the same address, {mail.recipient}.
    </ConfirmAction>
  );
}

const column = createColumnHelper<Mail>();

const columns = [
  column.accessor('name', { header: 'Mail' }),
  column.accessor('customer', {
    header: 'Customer',
    meta: { wideOnly: true },
    cell: (cell) => {
      const customer = cell.getValue();
      return customer === null ? 'operator' : <CustomerLink customer={customer} />;
    },
  }),
  column.accessor('recipient', { header: 'To' }),
  column.accessor('state', {
    header: 'State',
    cell: ({ row: { original } }) => (
      <>
        <MailStateBadge state={original.state} />
        {original.last_error === null || original.state === 'sent' ? null : <div>{original.last_error}</div>}
      </>
    ),
  }),
  column.accessor('attempts', { header: 'Attempts', meta: { numeric: true, wideOnly: true } }),
  column.accessor('created_at', {
    header: 'Made',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
  column.display({
    id: 'when',
    header: 'Sent, or next attempt',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) => {
      const at = original.sent_at ?? original.next_try_at;
      return at === null ? null : <Instant at={at} />;
    },
  }),
];

export function Component() {
  const mayOperate = useMay('operate');
  const [filters, setFilters] = useFilters({ state: '', customer: '' });
  const [shown, setShown] = useState<string | null>(null);
  const state = states.find((each) => each === filters.state);
  const pages = usePages(
    ['mails', filters],
    (cursor, signal) =>
      answer(
        api.GET('/api/v1/mails', {
          params: {
            query: {
              ...(state ? { state } : {}),
              ...(filters.customer === '' ? {} : { customer: filters.customer }),
              ...(cursor ? { cursor } : {}),
            },
          },
          signal,
        }),
      ),
    { refetchInterval: 10_000 },
  );
  const shownColumns = useMemo(
    () => [
      ...columns,
      column.display({
        id: 'action',
        header: 'Action',
        cell: ({ row: { original } }) => (
          <Group gap={4} wrap="nowrap">
            <Button
              size="xs"
              variant="default"
              aria-label={`Show ${original.name}`}
              onClick={() => {
                setShown(original.id);
              }}
            >
              Show
            </Button>
            {mayOperate ? <Resend mail={original} /> : null}
          </Group>
        ),
      }),
    ],
    [mayOperate],
  );
  return (
    <Page title="Deliveries">
      <DeliveriesNav />
      <Section title="Mails, the latest first">
        <Filters>
          <Choice
            label="State"
            value={filters.state}
            onChange={(value) => {
              setFilters({ state: value ?? '' });
            }}
            data={[
              { value: '', label: 'All' },
              ...states.map((each) => ({ value: each, label: words[each] })),
            ]}
          />
          <CustomerPicker
            label="Customer"
            value={filters.customer}
            onChange={(customer) => {
              setFilters({ customer });
            }}
          />
        </Filters>
        <PagedTable
          label="Mails"
          pages={pages}
          columns={shownColumns}
          rowKey={(row) => row.id}
          empty={
            <Empty title="No mails">Documents with something to pay, and reports on runs, are mailed.</Empty>
          }
        />
      </Section>
      {shown === null ? null : (
        <MailDialog
          id={shown}
          onClose={() => {
            setShown(null);
          }}
        />
      )}
    </Page>
  );
}
