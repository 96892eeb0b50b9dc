import { Badge, Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { useMay, useSession } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Secret } from '@/shared/ui/Secret';
import { CustomerPicker } from '../lib/CustomerPicker';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useFilters } from '../lib/useFilters';
import { ChangeUserDialog } from './ChangeUserDialog';
import { NewUserDialog } from './NewUserDialog';

type User = Schemas['User'];

const column = createColumnHelper<User>();

const columns = [
  column.accessor('login', { header: 'Login' }),
  column.accessor('role', { header: 'Role' }),
  column.accessor('customer', {
    header: 'Customer',
    meta: { wideOnly: true },
    cell: (cell) => {
      const customer = cell.getValue();
      return customer === null ? 'of the house' : <CustomerLink customer={customer.key} />;
    },
  }),
  column.accessor('email', {
    header: 'Mail',
    meta: { wideOnly: true },
    cell: (cell) => cell.getValue() ?? 'none',
  }),
  column.display({
    id: 'state',
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
  }),
  column.accessor('last_login_at', {
    header: 'Last login',
    meta: { wideOnly: true },
    cell: (cell) => {
      const at = cell.getValue();
      return at === null ? 'never' : <Instant at={at} />;
    },
  }),
];

function OneTimePassword({ given, onClose }: { given: Schemas['UserWithPassword']; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="One-time password">
      {given.one_time_password === null ? (
        <Text size="sm">The user stands. Reset the user to get a new one-time password.</Text>
      ) : (
        <>
          <Text size="sm" mb="sm">
            <strong>{given.user.login}</strong> logs in with it once, until <Instant at={given.valid_until} />
            , and then chooses another.
          </Text>
          <Secret label="One-time password" value={given.one_time_password} />
        </>
      )}
    </Modal>
  );
}

/** Users of the house and of all customers. */
export function Component() {
  const self = useSession().user.id;
  const manages = useMay('manage');
  const [{ customer }, setFilters] = useFilters({ customer: '' });
  const [adding, add] = useDisclosure(false);
  const [changing, setChanging] = useState<User | null>(null);
  const [given, setGiven] = useState<Schemas['UserWithPassword'] | null>(null);
  const pages = usePages(['users', customer], (cursor, signal) =>
    answer(
      api.GET('/api/v1/users', {
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
              id: 'change',
              header: 'Action',
              cell: ({ row: { original } }) =>
                original.id === self ? (
                  'you'
                ) : (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={`Change ${original.login}`}
                    onClick={() => {
                      setChanging(original);
                    }}
                  >
                    Change
                  </Button>
                ),
            }),
          ]
        : columns,
    [manages, self],
  );
  return (
    <Page
      title="People"
      actions={
        manages ? (
          <Button size="xs" onClick={add.open}>
            Add a user
          </Button>
        ) : null
      }
    >
      <Section title="Users by login">
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
          label="Users"
          pages={pages}
          columns={shown}
          rowKey={(row) => `${row.id}`}
          empty="There are no such users."
        />
      </Section>
      {adding ? <NewUserDialog onClose={add.close} onAdded={setGiven} /> : null}
      {changing ? (
        <ChangeUserDialog
          user={changing}
          onReset={setGiven}
          onClose={() => {
            setChanging(null);
          }}
        />
      ) : null}
      {given ? (
        <OneTimePassword
          given={given}
          onClose={() => {
            setGiven(null);
          }}
        />
      ) : null}
    </Page>
  );
}
