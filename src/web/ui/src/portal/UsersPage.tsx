import { Badge, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { type FormEvent, useMemo, useState } from 'react';
import { useSession } from '@/app/session';
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
import { UserActions } from './UserActions';

type User = Schemas['User'];
type WithPassword = Schemas['UserWithPassword'];

export const roleWords: Partial<Record<Schemas['Role'], string>> = {
  'tenant-viewer': 'sees everything',
  'tenant-admin': 'also manages users, keys and settings',
};
const roles = ['tenant-viewer', 'tenant-admin'] as const;

function OneTimePassword({ given }: { given: WithPassword }) {
  return given.one_time_password === null ? (
    <Text>The user stands. Reset the password to get a new one-time password.</Text>
  ) : (
    <Stack gap="sm">
      <Text size="sm">
        <strong>{given.user.login}</strong> logs in with this password once, and then chooses another. It can
        be used until <Instant at={given.valid_until} />.
      </Text>
      <Secret label="One-time password" value={given.one_time_password} />
    </Stack>
  );
}

function AddUser({ onAdded }: { onAdded: (given: WithPassword) => void }) {
  const { customer } = useCustomer();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<(typeof roles)[number]>('tenant-viewer');
  const idempotency = useIdempotencyKey();
  const create = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/users', {
          params: { header: { 'Idempotency-Key': idempotency.key } },
          body: { name: name.trim(), role, customer: customer.key, email: email.trim() || null },
        }),
      ),
    onSuccess: onAdded,
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
          description={`The login will be ${name.trim() || 'NAME'}@${customer.key}`}
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value.toLowerCase());
          }}
        />
        <TextInput
          label="E-mail (may be left out)"
          type="email"
          value={email}
          onChange={(event) => {
            setEmail(event.currentTarget.value);
          }}
        />
        <NativeSelect
          label="Role"
          data={roles.map((value) => ({ value, label: `${value}: ${roleWords[value] ?? ''}` }))}
          value={role}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            setRole(roles.find((one) => one === chosen) ?? 'tenant-viewer');
          }}
        />
        {create.isError ? <Failure error={create.error} /> : null}
        <Button type="submit" loading={create.isPending}>
          Add
        </Button>
      </Stack>
    </form>
  );
}

/** People of the customer and what they may do. */
export function Component() {
  const { customer } = useCustomer();
  const self = useSession().user.id;
  const manages = useMayManage();
  const queries = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const [given, setGiven] = useState<WithPassword | null>(null);
  const key = useMemo(() => ['users', customer.key], [customer.key]);
  const { query, items, more } = usePages<User>(key, (cursor) =>
    answer(
      api.GET('/api/v1/users', {
        params: { query: { customer: customer.key, ...(cursor === undefined ? {} : { cursor }) } },
      }),
    ),
  );
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const close = () => {
    dialog.close();
    setGiven(null);
  };
  const show = (withPassword: WithPassword) => {
    setGiven(withPassword);
    dialog.open();
    void refresh();
  };
  const columns: ColumnDef<User>[] = [
    {
      accessorKey: 'login',
      header: 'Login',
      cell: ({ row: { original } }) => (
        <>
          {original.login}
          {original.id === self ? ' (you)' : ''}
          <Text size="xs" c="dimmed">
            {original.role}
          </Text>
        </>
      ),
    },
    {
      id: 'state',
      accessorFn: ({ disabled }) => (disabled ? 'disabled' : 'active'),
      header: 'State',
      cell: ({ row: { original } }) => (
        <Group gap={4}>
          <Badge color={original.disabled ? 'gray' : 'green'}>
            {original.disabled ? 'disabled' : 'active'}
          </Badge>
          {original.password_change_needed ? <Badge color="yellow">one-time password</Badge> : null}
          {original.totp ? <Badge color="teal">second factor</Badge> : null}
        </Group>
      ),
    },
    {
      accessorKey: 'email',
      header: 'E-mail',
      cell: ({ row }) => row.original.email ?? '—',
      meta: { wideOnly: true },
    },
    {
      accessorKey: 'last_login_at',
      header: 'Last login',
      cell: ({ row: { original } }) =>
        original.last_login_at ? <Instant at={original.last_login_at} /> : 'never',
      meta: { wideOnly: true },
    },
    ...(manages
      ? [
          {
            id: 'actions',
            header: 'Actions',
            enableSorting: false,
            cell: ({ row: { original } }) =>
              original.id === self ? null : (
                <UserActions
                  user={original}
                  onChanged={(what) => {
                    done(what);
                    void refresh();
                  }}
                  onReset={show}
                />
              ),
          } satisfies ColumnDef<User>,
        ]
      : []),
  ];
  return (
    <Page
      title="Users"
      actions={
        manages ? (
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={dialog.open}>
            Add a user
          </Button>
        ) : null
      }
    >
      <Section title={`Users of ${customer.name}`}>
        <QueryView query={query} height={240}>
          {() => (
            <DataTable
              label={`Users of ${customer.name}`}
              columns={columns}
              rows={items ?? []}
              rowKey={({ id }) => String(id)}
              more={more}
              empty={<Empty title="No users yet" />}
            />
          )}
        </QueryView>
      </Section>
      <Modal opened={opened} onClose={close} title={given ? 'One-time password' : 'Add a user'}>
        {given ? <OneTimePassword given={given} /> : <AddUser onAdded={show} />}
      </Modal>
    </Page>
  );
}
