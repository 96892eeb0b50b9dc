import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useCallback, useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { FactList } from '@/shared/ui/FactList';
import { Instant, Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { Day } from '@/shared/ui/Day';
import { CustomerLink, DocumentLink } from '../lib/links';
import { useWorkList } from '../lib/useWorkList';
import { ImportDialog } from './ImportDialog';
import { SettleDialog } from './SettleDialog';
import type { BankEntry } from './suggestions';

const states = ['open', 'booked', 'aside'] as const;
const words = { open: 'open', booked: 'booked', aside: 'set aside' } as const;
const colours = { open: 'orange', booked: 'green', aside: 'gray' } as const;

function nameOf(entry: BankEntry): string {
  return `${entry.amount} ${entry.currency} of ${entry.counterparty ?? entry.bank_id}`;
}

function SetAside({ entry }: { entry: BankEntry }) {
  const setAside = useAction(
    (reason: string, key) =>
      answer(
        api.POST('/api/v1/bank/entries/{entry}/set-aside', {
          params: { path: { entry: entry.entry }, header: { 'Idempotency-Key': key } },
          body: { reason },
        }),
      ),
    { done: () => `${nameOf(entry)} is set aside`, changes: ['bank'] },
  );
  return (
    <ConfirmAction
      label="Set aside"
      accessibleLabel={`Set aside ${nameOf(entry)}`}
      title="It is no payment of a customer"
      reason={{ label: 'Why', needed: true }}
      action={setAside}
    >
      It leaves the work list. It can still be settled later.
    </ConfirmAction>
  );
}

function Detail({ entry }: { entry: BankEntry }) {
  return (
    <FactList
      facts={[
        { label: 'State', value: `${words[entry.state]}: ${entry.why}` },
        { label: 'Booked', value: <Day day={entry.booked_on} /> },
        { label: 'Text', value: entry.text || 'none' },
        { label: 'Their account', value: entry.counterparty_account ?? 'not said' },
        { label: 'Their name for it', value: entry.end_to_end ?? 'none' },
        { label: 'Our account', value: entry.account },
        { label: 'The bank’s name for it', value: entry.bank_id },
        ...(entry.instructed ? [{ label: 'Ordered', value: <Money {...entry.instructed} /> }] : []),
        { label: 'File', value: entry.file },
        { label: 'Read', value: <Instant at={entry.read_at} /> },
        ...(entry.decided_at
          ? [
              {
                label: 'Decided',
                value: (
                  <>
                    <Instant at={entry.decided_at} /> by {entry.decided_by ?? 'the match'}
                  </>
                ),
              },
            ]
          : []),
        ...(entry.reference ? [{ label: 'Payment', value: entry.reference }] : []),
      ]}
    />
  );
}

const column = createColumnHelper<BankEntry>();

const columns = [
  column.accessor('counterparty', {
    header: 'From',
    cell: ({ row: { original } }) => (
      <>
        {original.counterparty ?? 'not said'}
        <Text size="xs" c="dimmed" className="breakable" component="span" display="block">
          {original.text}
        </Text>
      </>
    ),
  }),
  column.accessor('amount', {
    header: 'Amount',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.amount} currency={original.currency} />,
  }),
  column.accessor('booked_on', {
    header: 'Booked',
    meta: { wideOnly: true },
    cell: (cell) => <Day day={cell.getValue()} />,
  }),
  column.accessor('state', {
    header: 'State',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) => (
      <>
        <Badge color={colours[original.state]}>{words[original.state]}</Badge>
        <Text size="xs">{original.why}</Text>
      </>
    ),
  }),
  column.accessor('customer', {
    header: 'Customer',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) =>
      original.customer === null ? null : (
        <>
          <CustomerLink customer={original.customer} />
          {original.document === null ? null : (
            <div>
              <DocumentLink customer={original.customer} number={original.document} />
            </div>
          )}
        </>
      ),
  }),
];

/** Transactions of bank accounts: what is surely a payment is booked, the rest is a work list. */
export function Component() {
  const mayBill = useMay('bill');
  const [importing, importFile] = useDisclosure(false);
  const [settling, setSettling] = useState<BankEntry | null>(null);
  const action = useCallback(
    (entry: BankEntry) =>
      entry.state === 'booked' ? null : (
        <Group gap={4}>
          <Button
            size="xs"
            variant="default"
            aria-label={`Settle ${nameOf(entry)}`}
            onClick={() => {
              setSettling(entry);
            }}
          >
            Settle
          </Button>
          {entry.state === 'open' ? <SetAside entry={entry} /> : null}
        </Group>
      ),
    [],
  );
  const { state, choice, table } = useWorkList({
    filter: 'state',
    states,
    nameOf: (each) => words[each],
    key: ['bank', 'entries'],
    load: (query, signal) => answer(api.GET('/api/v1/bank/entries', { params: { query }, signal })),
    columns,
    action,
  });
  return (
    <Page
      title="Bank"
      actions={
        mayBill ? (
          <Button size="xs" onClick={importFile.open}>
            Import a statement
          </Button>
        ) : null
      }
    >
      <Section
        title={state === 'open' ? 'Work list: whose payment is it?' : 'Transactions, the latest first'}
      >
        {choice}
        <PagedTable
          label="Transactions of bank accounts"
          {...table}
          rowKey={({ entry }) => String(entry)}
          detail={(entry) => <Detail entry={entry} />}
          empty={
            state === 'open' ? (
              <Empty title="Nothing to look at">
                Every transaction that was read is booked or set aside.
              </Empty>
            ) : (
              <Empty title="No transactions">Import a statement of the bank: CAMT.053 or CSV.</Empty>
            )
          }
        />
      </Section>
      {importing ? <ImportDialog onClose={importFile.close} /> : null}
      {settling ? (
        <SettleDialog
          entry={settling}
          onClose={() => {
            setSettling(null);
          }}
        />
      ) : null}
    </Page>
  );
}
