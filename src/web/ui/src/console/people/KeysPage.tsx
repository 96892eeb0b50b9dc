import { Badge, Button, Checkbox, Code, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Secret } from '@/shared/ui/Secret';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { CustomerPicker } from '../lib/CustomerPicker';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useAction } from '@/shared/api/useAction';
import { useFilters } from '../lib/useFilters';

type Key = Schemas['ApiKey'];

const scopes: { value: Schemas['Scope']; label: string }[] = [
  { value: 'ingest', label: 'ingest: sends usage events' },
  { value: 'query', label: 'query: reads meters and usage' },
  { value: 'see', label: 'see: reads invoices and costs' },
  { value: 'admin', label: 'admin: everything' },
];

function stateOf(key: Key): { text: string; color: string } {
  if (key.revoked_at !== null) return { text: 'revoked', color: 'gray' };
  if (key.expires_at !== null && new Date(key.expires_at) <= new Date())
    return { text: 'expired', color: 'gray' };
  return { text: 'active', color: 'green' };
}

function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>(['ingest']);
  const [customer, setCustomer] = useState('');
  const [expires, setExpires] = useState('');
  const make = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/keys', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            name: name.trim(),
            scopes: scopes.map(({ value }) => value).filter((scope) => chosen.includes(scope)),
            customer: customer || null,
            expires_at: expires === '' ? null : `${expires}T00:00:00Z`,
          },
        }),
      ),
    { done: () => null, changes: ['keys'] },
  );
  if (make.data) {
    return (
      <Modal opened onClose={onClose} title="The new key">
        {make.data.secret === null ? (
          <Text size="sm">The key stands, but its secret was shown before. Make another one.</Text>
        ) : (
          <Secret label={make.data.key.name} value={make.data.secret} />
        )}
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="Make a key">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate(null);
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            description="Says where it is used"
            required
            maxLength={200}
            data-autofocus
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <Checkbox.Group label="It may" value={chosen} onChange={setChosen}>
            <Stack gap={6} mt={4}>
              {scopes.map(({ value, label }) => (
                <Checkbox key={value} value={value} label={label} />
              ))}
            </Stack>
          </Checkbox.Group>
          <CustomerPicker
            label="Customer"
            description="Empty: for all customers"
            value={customer}
            onChange={setCustomer}
          />
          <TextInput
            type="date"
            label="Expires"
            description="At the beginning of that day in UTC; empty: never"
            value={expires}
            onChange={(event) => {
              setExpires(event.currentTarget.value);
            }}
          />
          <DialogFoot label="Make the key" disabled={chosen.length === 0} action={make} onLeave={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function Revoke({ apiKey }: { apiKey: Key }) {
  const revoke = useAction(
    () => answer(api.DELETE('/api/v1/keys/{key}', { params: { path: { key: apiKey.id } } })),
    { done: (key) => `${key.name} is revoked`, changes: ['keys'] },
  );
  return (
    <ConfirmAction
      label="Revoke"
      accessibleLabel={`Revoke ${apiKey.name}`}
      color="red"
      title={`Revoke ${apiKey.name}`}
      action={revoke}
    >
      Whoever uses it is refused within 5 seconds. This cannot be undone.
    </ConfirmAction>
  );
}

const column = createColumnHelper<Key>();

const columns = [
  column.accessor('name', { header: 'Name' }),
  column.display({
    id: 'state',
    header: 'State',
    cell: ({ row }) => {
      const { text, color } = stateOf(row.original);
      return <Badge color={color}>{text}</Badge>;
    },
  }),
  column.accessor('scopes', { header: 'May', cell: (cell) => cell.getValue().join(', ') }),
  column.accessor('prefix', {
    header: 'Begins with',
    meta: { wideOnly: true },
    cell: (cell) => <Code>{cell.getValue()}…</Code>,
  }),
  column.accessor('customer', {
    header: 'Customer',
    meta: { wideOnly: true },
    cell: (cell) => {
      const customer = cell.getValue();
      return customer === null ? 'all' : <CustomerLink customer={customer.key} />;
    },
  }),
  column.accessor('created_at', {
    header: 'Made',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) => (
      <>
        <Instant at={original.created_at} /> by {original.created_by}
      </>
    ),
  }),
  column.accessor('expires_at', {
    header: 'Expires',
    meta: { wideOnly: true },
    cell: (cell) => {
      const at = cell.getValue();
      return at === null ? 'never' : <Instant at={at} />;
    },
  }),
];

/** API keys of the house and of all customers. */
export function Component() {
  const manages = useMay('manage');
  const [{ customer }, setFilters] = useFilters({ customer: '' });
  const [making, make] = useDisclosure(false);
  const pages = usePages(['keys', customer], (cursor, signal) =>
    answer(
      api.GET('/api/v1/keys', {
        params: { query: { ...(customer === '' ? {} : { customer }), ...(cursor ? { cursor } : {}) } },
        signal,
      }),
    ),
  );
  const shown = useMemo(
    () =>
      manages
        ? [
            ...columns,
            column.display({
              id: 'revoke',
              header: 'Action',
              cell: ({ row: { original } }) =>
                original.revoked_at === null ? <Revoke apiKey={original} /> : null,
            }),
          ]
        : columns,
    [manages],
  );
  return (
    <Page
      title="API keys"
      actions={
        manages ? (
          <Button size="xs" onClick={make.open}>
            Make a key
          </Button>
        ) : null
      }
    >
      <Section title="The newest first">
        <Filters>
          <CustomerPicker
            label="Customer"
            value={customer}
            onChange={(key) => {
              setFilters({ customer: key });
            }}
          />
        </Filters>
        <PagedTable
          label="API keys"
          pages={pages}
          columns={shown}
          rowKey={(row) => `${row.id}`}
          empty="There are no such keys."
        />
      </Section>
      {making ? <NewKeyDialog onClose={make.close} /> : null}
    </Page>
  );
}
