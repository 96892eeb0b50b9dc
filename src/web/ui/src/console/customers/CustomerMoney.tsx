import { Button, Group, Stack } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { DataTable } from '@/shared/ui/DataTable';
import { Money, Quantity } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Day } from '@/shared/ui/Day';
import { DocumentLink } from '../lib/links';
import { PagedTable } from '@/shared/ui/PagedTable';
import type { ChangeRequest } from './ChangeDialog';
import { type ChangeKind, forms } from './changeForms';

type Details = Schemas['Customer'];
type Begin = ((change: ChangeRequest) => void) | null;

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

interface AddProps {
  onChange: Begin;
  kind: ChangeKind;
  initial?: Record<string, string>;
}

function Add({ onChange, kind, initial }: AddProps) {
  if (!onChange) return null;
  return (
    <Button
      size="xs"
      variant="default"
      onClick={() => {
        onChange({ kind, ...(initial ? { initial } : {}) });
      }}
    >
      {forms[kind].title}
    </Button>
  );
}

const payment = createColumnHelper<Schemas['Payment']>();
const charge = createColumnHelper<Details['charges'][number]>();
const credit = createColumnHelper<Details['credits'][number]>();
const discount = createColumnHelper<Details['discounts'][number]>();
const agreement = createColumnHelper<Details['agreements'][number]>();

const chargeColumns = [
  charge.accessor('title', { header: 'Charge' }),
  charge.accessor('key', { header: 'Key', meta: { wideOnly: true } }),
  charge.accessor('on', { header: 'On', cell: (cell) => <Day day={cell.getValue()} /> }),
  charge.accessor('quantity', {
    header: 'Quantity',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row }) => <Quantity value={row.original.quantity} unit={row.original.unit} />,
  }),
  charge.accessor('price', {
    header: 'Price of one',
    meta: { numeric: true },
    cell: ({ row }) => <Money amount={row.original.price} currency={row.original.currency} />,
  }),
];

const discountColumns = [
  discount.accessor('key', { header: 'Discount' }),
  discount.accessor('percentage', {
    header: 'Percent',
    meta: { numeric: true },
    cell: (cell) => <Quantity value={cell.getValue()} unit="%" />,
  }),
  discount.accessor('charges', {
    header: 'On',
    meta: { wideOnly: true },
    cell: (cell) => cell.getValue().join(', ') || 'all charges',
  }),
  discount.accessor('starts_on', { header: 'From', cell: (cell) => <Day day={cell.getValue()} /> }),
  discount.accessor('ends_on', {
    header: 'Until',
    cell: (cell) => (cell.getValue() === null ? 'for good' : <Day day={cell.getValue() ?? ''} />),
  }),
];

function endAgreement(
  onChange: NonNullable<Begin>,
  { plan, charge: of, figure }: Details['agreements'][number],
) {
  onChange({ kind: 'end-agreement', fixed: { plan, charge: of, figure }, initial: { on: today() } });
}

function PaymentsTable({ customer }: { customer: string }) {
  const pages = usePages(['payments', customer], (cursor, signal) =>
    answer(
      api.GET('/api/v1/customers/{customer}/payments', {
        params: { path: { customer }, query: cursor ? { cursor } : {} },
        signal,
      }),
    ),
  );
  const columns = useMemo(
    () => [
      payment.accessor('reference', { header: 'Payment' }),
      payment.accessor('received_on', { header: 'Received', cell: (cell) => <Day day={cell.getValue()} /> }),
      payment.accessor('amount', {
        header: 'Amount',
        meta: { numeric: true },
        cell: ({ row }) => <Money amount={row.original.amount} currency={row.original.currency} />,
      }),
      payment.accessor('note', { header: 'Note', meta: { wideOnly: true } }),
      payment.accessor('shown_on', {
        header: 'Shown on',
        meta: { wideOnly: true },
        cell: (cell) => {
          const number = cell.getValue();
          return number === null ? 'none yet' : <DocumentLink customer={customer} number={number} />;
        },
      }),
    ],
    [customer],
  );
  return (
    <PagedTable
      label="Payments"
      pages={pages}
      columns={columns}
      rowKey={(row) => row.reference}
      empty="No payments yet."
    />
  );
}

/** Payments, charges by hand, credits, discounts and what is agreed. */
export function CustomerMoney({ details, onChange }: { details: Details; onChange: Begin }) {
  const creditColumns = [
    credit.accessor('title', { header: 'Credit', cell: ({ row }) => row.original.title || row.original.key }),
    credit.accessor('kind', { header: 'Kind' }),
    credit.accessor('amount_left', {
      header: 'Left',
      meta: { numeric: true },
      cell: ({ row: { original } }) =>
        original.amount_left !== null ? (
          <Money amount={original.amount_left} currency={original.currency} />
        ) : original.percent !== null ? (
          <Quantity value={original.percent} unit="%" />
        ) : null,
    }),
    credit.accessor('documents_left', {
      header: 'Documents left',
      meta: { numeric: true, wideOnly: true },
      cell: (cell) => cell.getValue() ?? 'any number',
    }),
    credit.accessor('expires_on', {
      header: 'Expires',
      meta: { wideOnly: true },
      cell: (cell) => (cell.getValue() === null ? 'never' : <Day day={cell.getValue() ?? ''} />),
    }),
    ...(onChange
      ? [
          credit.display({
            id: 'top-up',
            header: 'Action',
            cell: ({ row: { original } }) =>
              original.kind === 'prepaid' ? (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Top up ${original.key}`}
                  onClick={() => {
                    onChange({ kind: 'top-up', fixed: { key: original.key } });
                  }}
                >
                  Top up
                </Button>
              ) : null,
          }),
        ]
      : []),
  ];
  const agreementColumns = [
    agreement.accessor('plan', { header: 'Plan' }),
    agreement.accessor('charge', { header: 'Charge' }),
    agreement.accessor('figure', { header: 'Figure' }),
    agreement.accessor('value', { header: 'Value', meta: { numeric: true } }),
    agreement.accessor('starts_on', {
      header: 'From',
      meta: { wideOnly: true },
      cell: (cell) => <Day day={cell.getValue()} />,
    }),
    agreement.accessor('ends_on', {
      header: 'Until',
      meta: { wideOnly: true },
      cell: (cell) => (cell.getValue() === null ? 'for good' : <Day day={cell.getValue() ?? ''} />),
    }),
    ...(onChange
      ? [
          agreement.display({
            id: 'end',
            header: 'Action',
            cell: ({ row: { original } }) =>
              original.ends_on === null ? (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`End what is agreed on ${original.figure} of ${original.charge}`}
                  onClick={() => {
                    endAgreement(onChange, original);
                  }}
                >
                  End
                </Button>
              ) : null,
          }),
        ]
      : []),
  ];
  return (
    <Stack>
      <Section title="Payments" aside={<Add onChange={onChange} kind="pay" initial={{ on: today() }} />}>
        <PaymentsTable customer={details.key} />
      </Section>
      <Section
        title="Charges by hand"
        aside={<Add onChange={onChange} kind="charge" initial={{ on: today() }} />}
      >
        <DataTable
          label="Charges by hand"
          columns={chargeColumns}
          rows={details.charges}
          rowKey={(row) => row.key}
          empty="None."
          sortable={false}
        />
      </Section>
      <Section
        title="Credits"
        aside={
          <Group gap="xs">
            <Add onChange={onChange} kind="grant-coupon" />
            <Add onChange={onChange} kind="grant-prepaid" />
          </Group>
        }
      >
        <DataTable
          label="Credits"
          columns={creditColumns}
          rows={details.credits}
          rowKey={(row) => row.key}
          empty="None."
          sortable={false}
        />
      </Section>
      <Section
        title="Discounts"
        aside={<Add onChange={onChange} kind="discount" initial={{ from: today() }} />}
      >
        <DataTable
          label="Discounts"
          columns={discountColumns}
          rows={details.discounts}
          rowKey={(row) => `${row.key} ${row.starts_on}`}
          empty="None."
          sortable={false}
        />
      </Section>
      <Section
        title="Agreed figures"
        aside={<Add onChange={onChange} kind="agree" initial={{ from: today() }} />}
      >
        <DataTable
          label="Agreed figures"
          columns={agreementColumns}
          rows={details.agreements}
          rowKey={(row) => `${row.plan} ${row.charge} ${row.figure} ${row.starts_on}`}
          empty="Nothing is agreed: the published prices count."
          sortable={false}
        />
      </Section>
    </Stack>
  );
}
