import { Badge, Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useEffect, useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink, DocumentLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useFilters } from '../lib/useFilters';
import { NewCustomerDialog } from './NewCustomerDialog';
import { Choice } from '@/shared/ui/Choice';

type Customer = Schemas['CustomerSummary'];

const column = createColumnHelper<Customer>();

function State({ customer }: { customer: Customer }) {
  return (
    <Group gap={4}>
      {customer.parked === null ? null : (
        <Badge color="red" title={customer.parked}>
          parked
        </Badge>
      )}
      {customer.held ? <Badge color="orange">held</Badge> : null}
      {customer.parked === null && !customer.held ? (
        <Text span c="dimmed" size="sm">
          fine
        </Text>
      ) : null}
    </Group>
  );
}

const columns = [
  column.accessor('key', {
    header: 'Customer',
    cell: ({ row: { original } }) => (
      <>
        <CustomerLink customer={original.key} />
        {original.document === null ? null : (
          <Text size="sm">
            <DocumentLink customer={original.key} number={original.document} />
          </Text>
        )}
      </>
    ),
  }),
  column.accessor('name', { header: 'Name' }),
  column.accessor('email', {
    header: 'Mail',
    meta: { wideOnly: true },
    cell: (cell) => cell.getValue() ?? 'gets none',
  }),
  column.accessor('plans', {
    header: 'Plans',
    meta: { wideOnly: true },
    cell: (cell) => cell.getValue().join(', ') || 'none',
  }),
  column.accessor('balances', {
    header: 'Owes',
    meta: { numeric: true },
    cell: (cell) =>
      cell.getValue().map((balance) => (
        <div key={balance.currency}>
          <Money {...balance} />
        </div>
      )),
  }),
  column.display({ id: 'state', header: 'State', cell: ({ row }) => <State customer={row.original} /> }),
];

export function Component() {
  const mayBill = useMay('bill');
  const [filters, setFilters] = useFilters({ q: '', state: '' });
  const [text, setText] = useState(filters.q);
  const [q] = useDebouncedValue(text, 250);
  const [creating, create] = useDisclosure(false);
  useEffect(() => {
    setFilters({ q });
  }, [q, setFilters]);
  const state = filters.state === 'parked' || filters.state === 'held' ? filters.state : null;
  const pages = usePages(['customers', 'list', q, state], (cursor, signal) =>
    answer(
      api.GET('/api/v1/customers', {
        params: {
          query: {
            ...(q.trim() === '' ? {} : { q: q.trim() }),
            ...(state ? { state } : {}),
            ...(cursor ? { cursor } : {}),
          },
        },
        signal,
      }),
    ),
  );
  return (
    <Page
      title="Customers"
      actions={
        mayBill ? (
          <Button size="xs" onClick={create.open}>
            New customer
          </Button>
        ) : null
      }
    >
      <Section title="By key">
        <Filters>
          <TextInput
            label="Search"
            placeholder="key, name, mail address or number of a document"
            type="search"
            style={{ flexBasis: '22rem' }}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
          />
          <Choice
            label="State"
            value={filters.state}
            onChange={(value) => {
              setFilters({ state: value ?? '' });
            }}
            data={[
              { value: '', label: 'All' },
              { value: 'parked', label: 'Parked' },
              { value: 'held', label: 'Held' },
            ]}
          />
        </Filters>
        <PagedTable
          label="Customers"
          pages={pages}
          columns={columns}
          rowKey={(row) => row.key}
          empty={
            <Empty title="Nobody found">
              {q === '' && state === null ? 'There are no customers yet.' : 'Nobody is like that.'}
            </Empty>
          }
        />
      </Section>
      <NewCustomerDialog opened={creating} onClose={create.close} />
    </Page>
  );
}
