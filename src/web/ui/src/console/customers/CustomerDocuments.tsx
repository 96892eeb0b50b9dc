import { Badge, Button, Group } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { InvoiceStateBadge } from '@/receivables/InvoiceStateBadge';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { Day } from '@/shared/ui/Day';
import { DocumentLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import type { ChangeRequest } from './ChangeDialog';

type Invoice = Schemas['InvoiceSummary'];

const column = createColumnHelper<Invoice>();

interface CustomerDocumentsProps {
  customer: string;
  onChange: ((change: ChangeRequest) => void) | null;
}

function Corrections({ number, onChange }: { number: string; onChange: (change: ChangeRequest) => void }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Credit lines of ${number}`}
        onClick={() => {
          onChange({ kind: 'credit-note', fixed: { document: number } });
        }}
      >
        Credit
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Void ${number}`}
        onClick={() => {
          onChange({ kind: 'void', fixed: { document: number } });
        }}
      >
        Void
      </Button>
    </Group>
  );
}

/** Issued documents, and what can be done about them. */
export function CustomerDocuments({ customer, onChange }: CustomerDocumentsProps) {
  const pages = usePages(['invoices', customer, 'list'], (cursor, signal) =>
    answer(
      api.GET('/api/v1/customers/{customer}/invoices', {
        params: { path: { customer }, query: cursor ? { cursor } : {} },
        signal,
      }),
    ),
  );
  const columns = useMemo(
    () => [
      column.accessor('number', {
        header: 'Document',
        cell: ({ row: { original } }) => (
          <Group gap={6}>
            <DocumentLink customer={customer} number={original.number} />
            {original.kind === 'credit-note' ? <Badge color="grape">credit note</Badge> : null}
            {original.kind === 'showback' ? <Badge color="gray">showback</Badge> : null}
          </Group>
        ),
      }),
      column.accessor('issued_on', { header: 'Issued', cell: (cell) => <Day day={cell.getValue()} /> }),
      column.accessor('periods', {
        header: 'Periods',
        meta: { wideOnly: true },
        cell: (cell) => cell.getValue().join(', '),
      }),
      column.accessor('state', {
        header: 'State',
        meta: { wideOnly: true },
        cell: (cell) => <InvoiceStateBadge state={cell.getValue()} />,
      }),
      column.accessor('total', {
        header: 'Total',
        meta: { numeric: true },
        cell: ({ row: { original } }) => <Money amount={original.total} currency={original.currency} />,
      }),
      column.accessor('open_amount', {
        header: 'Open',
        meta: { numeric: true, wideOnly: true },
        cell: ({ row: { original } }) => <Money amount={original.open_amount} currency={original.currency} />,
      }),
      ...(onChange
        ? [
            column.display({
              id: 'correct',
              header: 'Action',
              cell: ({ row: { original } }) =>
                original.kind === 'invoice' ? (
                  <Corrections number={original.number} onChange={onChange} />
                ) : null,
            }),
          ]
        : []),
    ],
    [customer, onChange],
  );
  return (
    <Section title="Issued documents">
      <PagedTable
        label="Issued documents"
        pages={pages}
        columns={columns}
        rowKey={(row) => row.number}
        empty={<Empty title="No documents yet">The next run issues what is due.</Empty>}
      />
    </Section>
  );
}
