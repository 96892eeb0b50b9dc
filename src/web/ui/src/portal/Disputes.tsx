import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import { type Dispute, DisputeBadge, DisputeSubject, factsOf, subjectOf } from '@/disputes/DisputeView';
import { answer, api } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { DataTable } from '@/shared/ui/DataTable';
import { FactList } from '@/shared/ui/FactList';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { pageOf, useCustomer } from './customer';
import { customerKey, disputesQuery } from './queries';

function Withdraw({ dispute }: { dispute: Dispute }) {
  const { customer } = useCustomer();
  const withdraw = useAction(
    (_: string, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/disputes/{dispute}/withdraw', {
          params: {
            path: { customer: customer.key, dispute: dispute.dispute },
            header: { 'Idempotency-Key': key },
          },
        }),
      ),
    { done: () => 'The dispute is withdrawn', changes: [customerKey(customer.key)] },
  );
  return (
    <ConfirmAction
      label="Withdraw"
      accessibleLabel={`Withdraw the dispute of ${subjectOf(dispute)}`}
      title="Withdraw the dispute"
      action={withdraw}
    >
      The document stands, and its amount is overdue again where it was. This cannot be undone.
    </ConfirmAction>
  );
}

function Detail({ dispute }: { dispute: Dispute }) {
  const { customer } = useCustomer();
  const { credit_note: creditNote } = dispute;
  return (
    <FactList
      facts={[
        ...factsOf(dispute),
        ...(creditNote === null
          ? []
          : [
              {
                label: 'Credit note',
                value: (
                  <Anchor
                    component={Link}
                    inherit
                    underline="always"
                    to={pageOf(customer.key, 'invoices', creditNote)}
                  >
                    {creditNote}
                  </Anchor>
                ),
              },
            ]),
      ]}
    />
  );
}

const column = createColumnHelper<Dispute>();

const columns = [
  column.accessor('line', {
    header: 'What of it',
    cell: ({ row: { original } }) => <DisputeSubject dispute={original} />,
  }),
  column.accessor('amount', {
    header: 'Amount',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.amount} currency={original.currency} />,
  }),
  column.accessor('state', {
    header: 'State',
    cell: (cell) => <DisputeBadge state={cell.getValue()} />,
  }),
];

/** What of an invoice was not agreed to, the latest first. */
export function Disputes({ number, mayChange }: { number: string; mayChange: boolean }) {
  const { customer } = useCustomer();
  const query = useQuery(disputesQuery(customer.key, number));
  const shown = useMemo(
    () =>
      mayChange
        ? [
            ...columns,
            column.display({
              id: 'action',
              header: 'Action',
              cell: ({ row: { original } }) =>
                original.state === 'open' ? <Withdraw dispute={original} /> : null,
            }),
          ]
        : columns,
    [mayChange],
  );
  return (
    <Section title="Disputes" className="no-print">
      <QueryView query={query} height={120}>
        {(disputes) => (
          <DataTable
            label={`Disputes of ${number}`}
            columns={shown}
            rows={disputes}
            rowKey={({ dispute }) => String(dispute)}
            sortable={false}
            detail={(dispute) => <Detail dispute={dispute} />}
            empty={
              <Empty title="Nothing of it is disputed">
                {mayChange ? 'Open a line and dispute it, or dispute the document as a whole.' : null}
              </Empty>
            }
          />
        )}
      </QueryView>
    </Section>
  );
}
