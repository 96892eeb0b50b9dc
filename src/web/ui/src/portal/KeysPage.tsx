import { Badge, Button, Checkbox, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type FormEvent, useMemo, useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useIdempotencyKey } from '@/shared/api/idempotency';
import { usePages } from '@/shared/api/pages';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant } from '@/shared/ui/Money';
import { done } from '@/shared/ui/notify';
import { Page, Section } from '@/shared/ui/Page';
import { Secret } from '@/shared/ui/Secret';
import { Empty, Failure, QueryView } from '@/shared/ui/states';
import { useCustomer, useMayManage } from './customer';

type Key = Schemas['ApiKey'];
type WithSecret = Schemas['ApiKeyWithSecret'];
type Scope = Schemas['Scope'];

const scopes: { value: Scope; label: string }[] = [
  { value: 'ingest', label: 'ingest: sends usage events' },
  { value: 'query', label: 'query: reads meters and usage' },
  { value: 'see', label: 'see: reads invoices and costs' },
];

function MakeKey({ onMade }: { onMade: (made: WithSecret) => void }) {
  const { customer } = useCustomer();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>(['ingest']);
  const [expires, setExpires] = useState('');
  const idempotency = useIdempotencyKey();
  const create = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/keys', {
          params: { header: { 'Idempotency-Key': idempotency.key } },
          body: {
            name: name.trim(),
            scopes: scopes.map(({ value }) => value).filter((scope) => chosen.includes(scope)),
            customer: customer.key,
            expires_at: expires ? `${expires}T00:00:00Z` : null,
          },
        }),
      ),
    onSuccess: onMade,
    onError: idempotency.renewAfter,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label="Name"
          description="Says where the key is used"
          required
          withAsterisk={false}
          maxLength={200}
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
        <TextInput
          type="date"
          label="Expires at the beginning of (UTC; may be left out)"
          value={expires}
          onChange={(event) => {
            setExpires(event.currentTarget.value);
          }}
        />
        {create.isError ? <Failure error={create.error} /> : null}
        <Button type="submit" loading={create.isPending} disabled={chosen.length === 0}>
          Make the key
        </Button>
      </Stack>
    </form>
  );
}

/** A question before something that cannot be taken back. */
function RevokeKey({
  apiKey,
  onRevoked,
  onKept,
}: {
  apiKey: Key;
  onRevoked: () => void;
  onKept: () => void;
}) {
  const revoke = useMutation({
    mutationFn: () => answer(api.DELETE('/api/v1/keys/{key}', { params: { path: { key: apiKey.id } } })),
    onSuccess: onRevoked,
  });
  return (
    <Stack>
      <Text size="sm">
        Whoever uses <strong>{apiKey.name}</strong> (<Code>{apiKey.prefix}…</Code>) is refused within 5
        seconds. This cannot be undone.
      </Text>
      {revoke.isError ? <Failure error={revoke.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onKept} data-autofocus>
          Keep it
        </Button>
        <Button
          color="red"
          loading={revoke.isPending}
          onClick={() => {
            revoke.mutate();
          }}
        >
          Revoke
        </Button>
      </Group>
    </Stack>
  );
}

function stateOf(key: Key): { text: string; color: string } {
  if (key.revoked_at !== null) return { text: 'revoked', color: 'gray' };
  if (key.expires_at !== null && new Date(key.expires_at) <= new Date())
    return { text: 'expired', color: 'gray' };
  return { text: 'active', color: 'green' };
}

/** Keys by which the customer's programs send and read. */
export function Component() {
  const { customer } = useCustomer();
  const manages = useMayManage();
  const queries = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const [made, setMade] = useState<WithSecret | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const listKey = useMemo(() => ['keys', customer.key], [customer.key]);
  const { query, items, more } = usePages<Key>(listKey, (cursor) =>
    answer(
      api.GET('/api/v1/keys', {
        params: { query: { customer: customer.key, ...(cursor === undefined ? {} : { cursor }) } },
      }),
    ),
  );
  const refresh = () => queries.invalidateQueries({ queryKey: listKey });
  const columns: ColumnDef<Key>[] = [
    { accessorKey: 'name', header: 'Name' },
    {
      id: 'state',
      accessorFn: (key) => stateOf(key).text,
      header: 'State',
      cell: ({ row: { original } }) => {
        const { text, color } = stateOf(original);
        return <Badge color={color}>{text}</Badge>;
      },
    },
    {
      accessorKey: 'prefix',
      header: 'Begins with',
      cell: ({ row }) => <Code>{row.original.prefix}…</Code>,
      meta: { wideOnly: true },
    },
    { id: 'scopes', accessorFn: (key) => key.scopes.join(', '), header: 'May' },
    {
      accessorKey: 'created_at',
      header: 'Made',
      cell: ({ row: { original } }) => (
        <>
          <Instant at={original.created_at} /> by {original.created_by}
        </>
      ),
      meta: { wideOnly: true },
    },
    {
      accessorKey: 'expires_at',
      header: 'Expires',
      cell: ({ row: { original } }) => (original.expires_at ? <Instant at={original.expires_at} /> : 'never'),
      meta: { wideOnly: true },
    },
    ...(manages
      ? [
          {
            id: 'actions',
            header: 'Actions',
            enableSorting: false,
            cell: ({ row: { original } }) =>
              original.revoked_at === null ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Revoke ${original.name}`}
                  onClick={() => {
                    setRevoking(original);
                  }}
                >
                  Revoke
                </Button>
              ) : null,
          } satisfies ColumnDef<Key>,
        ]
      : []),
  ];
  return (
    <Page
      title="API keys"
      actions={
        manages ? (
          <Button leftSection={<IconKey size={16} aria-hidden />} onClick={dialog.open}>
            Make a key
          </Button>
        ) : null
      }
    >
      <Section title={`Keys of ${customer.name}`}>
        <QueryView query={query} height={240}>
          {() => (
            <DataTable
              label={`API keys of ${customer.name}, the newest first`}
              columns={columns}
              rows={items ?? []}
              rowKey={({ id }) => String(id)}
              more={more}
              empty={
                <Empty title="No keys yet">Programs send usage with a key: Authorization: Bearer rk_…</Empty>
              }
            />
          )}
        </QueryView>
      </Section>
      <Modal
        opened={opened}
        onClose={() => {
          dialog.close();
          setMade(null);
        }}
        title={made ? 'The new key' : 'Make a key'}
      >
        {made ? (
          made.secret === null ? (
            <Text>The key stands, but its secret was shown before. Make another one.</Text>
          ) : (
            <Secret label={made.key.name} value={made.secret} />
          )
        ) : (
          <MakeKey
            onMade={(key) => {
              setMade(key);
              void refresh();
            }}
          />
        )}
      </Modal>
      <Modal
        opened={revoking !== null}
        onClose={() => {
          setRevoking(null);
        }}
        title="Revoke the key?"
      >
        {revoking ? (
          <RevokeKey
            apiKey={revoking}
            onKept={() => {
              setRevoking(null);
            }}
            onRevoked={() => {
              done(`${revoking.name} is revoked`);
              setRevoking(null);
              void refresh();
            }}
          />
        ) : null}
      </Modal>
    </Page>
  );
}
