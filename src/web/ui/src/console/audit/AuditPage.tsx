import { Button, SimpleGrid, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useEffect, useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { CustomerPicker } from '../lib/CustomerPicker';
import { Filters } from '@/shared/ui/Filters';
import { CustomerLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useFilters } from '../lib/useFilters';
import classes from './AuditPage.module.css';

type Entry = Schemas['AuditEntry'];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function said(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

interface StateProps {
  title: string;
  value: unknown;
  other: unknown;
}

function State({ title, value, other }: StateProps) {
  return (
    <div>
      <Title order={3}>{title}</Title>
      {value === null || value === undefined ? (
        <Text size="sm" c="dimmed">
          nothing
        </Text>
      ) : isObject(value) ? (
        <dl className={classes.members}>
          {Object.entries(value).map(([name, member]) => (
            <div
              key={name}
              data-differs={
                isObject(other) && JSON.stringify(other[name]) !== JSON.stringify(member) ? true : undefined
              }
            >
              <dt>{name}</dt>
              <dd>{said(member)}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <pre className={classes.value}>{said(value)}</pre>
      )}
    </div>
  );
}

function EntryDetail({ entry }: { entry: Entry }) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <State title="Before" value={entry.before} other={entry.after} />
        <State title="After" value={entry.after} other={entry.before} />
      </SimpleGrid>
      <Text size="xs" c="dimmed" mt="sm">
        Entry {entry.entry}, {entry.request === null ? 'not over HTTP' : `request ${entry.request}`}
      </Text>
    </>
  );
}

const column = createColumnHelper<Entry>();

const columns = [
  column.accessor('action', { header: 'Action' }),
  column.accessor('at', { header: 'When', cell: (cell) => <Instant at={cell.getValue()} /> }),
  column.accessor('who', { header: 'Who' }),
  column.accessor('subject', { header: 'What', meta: { wideOnly: true } }),
  column.accessor('customer', {
    header: 'Customer',
    meta: { wideOnly: true },
    cell: (cell) => {
      const customer = cell.getValue();
      return customer === null ? null : <CustomerLink customer={customer} />;
    },
  }),
];

const none = { who: '', action: '', customer: '', from: '', to: '' };

/** Midnight in UTC of a day, and of the day after for the end of a range. */
function instantOf(day: string, plusDays: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + plusDays * 86_400_000).toISOString();
}

function queryOf(filters: typeof none): Record<string, string> {
  return {
    ...(filters.who === '' ? {} : { who: filters.who }),
    ...(filters.action === '' ? {} : { action: filters.action }),
    ...(filters.customer === '' ? {} : { customer: filters.customer }),
    ...(filters.from === '' ? {} : { from: instantOf(filters.from, 0) }),
    ...(filters.to === '' ? {} : { to: instantOf(filters.to, 1) }),
  };
}

export function Component() {
  const [filters, setFilters] = useFilters(none);
  const [text, setText] = useState(filters);
  const [settled] = useDebouncedValue(text, 300);
  useEffect(() => {
    setFilters(settled);
  }, [settled, setFilters]);
  const query = queryOf(filters);
  const pages = usePages(['audit-log', query], (cursor, signal) =>
    answer(
      api.GET('/api/v1/audit-log', {
        params: { query: { ...query, ...(cursor ? { cursor } : {}) } },
        signal,
      }),
    ),
  );
  const field = (name: keyof typeof none) => ({
    value: text[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      setText({ ...text, [name]: event.currentTarget.value });
    },
  });
  return (
    <Page
      title="Audit log"
      actions={
        <Button
          size="xs"
          variant="default"
          component="a"
          href={`/api/v1/audit-log.csv?${new URLSearchParams(query).toString()}`}
          download="audit-log.csv"
        >
          Export as CSV
        </Button>
      }
    >
      <Section title="Who did what, the latest first">
        <Filters>
          <TextInput label="Who" placeholder="whole name" {...field('who')} />
          <TextInput label="Action" placeholder="such as customer" {...field('action')} />
          <CustomerPicker
            label="Customer"
            value={text.customer}
            onChange={(customer) => {
              setText({ ...text, customer });
            }}
          />
          <TextInput type="date" label="From" {...field('from')} />
          <TextInput type="date" label="Until, and including" {...field('to')} />
        </Filters>
        <PagedTable
          label="Audit log"
          pages={pages}
          columns={columns}
          rowKey={(row) => `${row.entry}`}
          detail={(row) => <EntryDetail entry={row} />}
          empty={<Empty title="No entries">Nobody did anything like that.</Empty>}
        />
      </Section>
    </Page>
  );
}
