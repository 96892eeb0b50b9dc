import { Anchor, Button, Group } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useCallback, useState } from 'react';
import { Link } from 'react-router-dom';
import {
  type Dispute,
  DisputeBadge,
  disputeStates,
  DisputeSubject,
  factsOf,
  subjectOf,
} from '@/disputes/DisputeView';
import { answer, api } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { FactList } from '@/shared/ui/FactList';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { CustomerLink, DocumentLink, portalPath } from '../lib/links';
import { useWorkList } from '../lib/useWorkList';
import { CreditDialog } from './CreditDialog';

function nameOf(dispute: Dispute): string {
  return `${subjectOf(dispute)} of ${dispute.document}`;
}

function Refuse({ dispute }: { dispute: Dispute }) {
  const refuse = useAction(
    (reason: string, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/disputes/{dispute}/refuse', {
          params: {
            path: { customer: dispute.customer, dispute: dispute.dispute },
            header: { 'Idempotency-Key': key },
          },
          body: { reason },
        }),
      ),
    { done: () => `The dispute of ${dispute.document} is refused` },
  );
  return (
    <ConfirmAction
      label="Refuse"
      accessibleLabel={`Refuse the dispute of ${nameOf(dispute)}`}
      title="The document stands as it is"
      reason={{ label: 'Reason, which the customer reads', needed: true }}
      action={refuse}
    >
      The amount is overdue again where it was, and dunning goes on.
    </ConfirmAction>
  );
}

function Detail({ dispute }: { dispute: Dispute }) {
  const { customer, document, line, credit_note: creditNote } = dispute;
  const page = portalPath(customer, `invoices/${encodeURIComponent(document)}`);
  return (
    <FactList
      facts={[
        ...factsOf(dispute),
        {
          label: 'Evidence',
          value: (
            <Anchor
              component={Link}
              inherit
              underline="always"
              to={line === null ? page : `${page}?line=${String(line)}`}
            >
              {line === null ? 'the document' : `how line ${String(line)} came about`}
            </Anchor>
          ),
        },
        ...(creditNote === null
          ? []
          : [{ label: 'Credit note', value: <DocumentLink customer={customer} number={creditNote} /> }]),
      ]}
    />
  );
}

const column = createColumnHelper<Dispute>();

const columns = [
  column.accessor('document', {
    header: 'Document',
    meta: { hasLinks: true },
    cell: ({ row: { original } }) => (
      <>
        <DocumentLink customer={original.customer} number={original.document} />
        <div>
          <DisputeSubject dispute={original} />
        </div>
      </>
    ),
  }),
  column.accessor('customer', {
    header: 'Customer',
    meta: { wideOnly: true },
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  column.accessor('amount', {
    header: 'Amount',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.amount} currency={original.currency} />,
  }),
  column.accessor('message', {
    header: 'Message',
    meta: { wideOnly: true },
    cell: (cell) => <span className="breakable">{cell.getValue()}</span>,
  }),
  column.accessor('state', {
    header: 'State',
    meta: { wideOnly: true },
    cell: (cell) => <DisputeBadge state={cell.getValue()} />,
  }),
];

/** What customers do not agree to: credited, or refused with a reason. */
export function DisputesTab() {
  const [crediting, setCrediting] = useState<Dispute | null>(null);
  const action = useCallback(
    (dispute: Dispute) =>
      dispute.state === 'open' ? (
        <Group gap={4}>
          <Button
            size="xs"
            variant="default"
            aria-label={`Credit the dispute of ${nameOf(dispute)}`}
            onClick={() => {
              setCrediting(dispute);
            }}
          >
            Credit
          </Button>
          <Refuse dispute={dispute} />
        </Group>
      ) : null,
    [],
  );
  const { state, choice, table } = useWorkList({
    filter: 'disputes',
    states: disputeStates,
    nameOf: String,
    key: ['receivables', 'disputes'],
    load: (query, signal) => answer(api.GET('/api/v1/disputes', { params: { query }, signal })),
    columns,
    action,
  });
  return (
    <Section title={state === 'open' ? 'Work list: is the customer right?' : 'Disputes of all customers'}>
      {choice}
      <PagedTable
        label="Disputes"
        {...table}
        rowKey={({ customer, dispute }) => `${customer} ${String(dispute)}`}
        detail={(dispute) => <Detail dispute={dispute} />}
        empty={
          state === 'open' ? (
            <Empty title="Nothing to decide">No dispute is open.</Empty>
          ) : (
            <Empty title="No disputes">
              Customers dispute lines or whole invoices on the invoice’s page.
            </Empty>
          )
        }
      />
      {crediting ? (
        <CreditDialog
          dispute={crediting}
          onClose={() => {
            setCrediting(null);
          }}
        />
      ) : null}
    </Section>
  );
}
