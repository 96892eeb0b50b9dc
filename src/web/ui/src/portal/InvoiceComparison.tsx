import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import type { Schemas } from '@/shared/api/client';
import { sign } from '@/shared/format/decimal';
import { formatMoney } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { byDecimal, DataTable } from '@/shared/ui/DataTable';
import { Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import classes from './Comparison.module.css';
import { pageOf, useCustomer } from './customer';
import { invoiceComparisonQuery } from './queries';

type Comparison = Schemas['InvoiceComparison'];
type Charge = Comparison['charges'][number];
type Part = 'difference' | 'quantity' | 'price' | 'plan' | 'true_up';

const parts: [Part, string][] = [
  ['quantity', 'Usage'],
  ['price', 'Price'],
  ['plan', 'Plan'],
  ['true_up', 'Corrections'],
];

/** A change with its direction; nothing where there is none. */
function Change({ amount }: { amount: string }) {
  if (sign(amount) === 0) return '—';
  return (
    <>
      {sign(amount) > 0 ? '+' : ''}
      <Money amount={amount} />
    </>
  );
}

function costColumn(id: 'before' | 'now', header: string, wideOnly: boolean): ColumnDef<Charge> {
  return {
    id,
    accessorFn: (charge) => charge[id] ?? '0',
    header,
    sortingFn: byDecimal,
    cell: ({ row: { original } }) => {
      const amount = original[id];
      return amount === null ? '—' : <Money amount={amount} />;
    },
    meta: { numeric: true, wideOnly },
  };
}

function changeColumn(id: Part, header: string, wideOnly: boolean): ColumnDef<Charge> {
  return {
    id,
    accessorKey: id,
    header,
    sortingFn: byDecimal,
    cell: ({ row: { original } }) => <Change amount={original[id]} />,
    meta: { numeric: true, wideOnly },
  };
}

function Compared({ comparison, before }: { comparison: Comparison; before: Schemas['ComparedDocument'] }) {
  const reader = useReader();
  const { customer } = useCustomer();
  const { currency, document, difference, charges } = comparison;
  // Only the parts that something is in: two of four are usual.
  const present = parts.filter(([part]) => charges.some((charge) => sign(charge[part]) !== 0));
  const presentNames = present.map(([part]) => part).join(' ');
  const columns = useMemo<ColumnDef<Charge>[]>(
    () => [
      { accessorKey: 'title', header: 'Charge' },
      costColumn('before', 'Before', true),
      costColumn('now', 'Now', false),
      changeColumn('difference', 'Change', false),
      ...parts
        .filter(([part]) => presentNames.split(' ').includes(part))
        .map(([part, title]) => changeColumn(part, `by ${title.toLowerCase()}`, true)),
    ],
    [presentNames],
  );
  const sentences = charges.flatMap(({ charge, title, text }) =>
    text === null ? [] : [{ key: `${charge} ${title}`, text }],
  );
  const direction = sign(difference);
  return (
    <div className={classes.comparison}>
      <Text>
        {direction === 0 ? (
          'It costs as much as '
        ) : (
          <>
            <strong>
              {formatMoney(difference.replace('-', ''), currency, reader)} {direction > 0 ? 'more' : 'less'}
            </strong>{' '}
            than{' '}
          </>
        )}
        <Anchor
          component={Link}
          inherit
          underline="always"
          to={pageOf(customer.key, 'invoices', before.number)}
        >
          {before.number}
        </Anchor>{' '}
        ({before.periods}), before coupons and taxes.
      </Text>
      {sentences.length > 0 ? (
        <ul className={classes.sentences}>
          {sentences.map(({ key, text }) => (
            <li key={key}>{text}</li>
          ))}
        </ul>
      ) : null}
      <DataTable
        label={`${document.number} beside ${before.number} by charge, in ${currency}`}
        columns={columns}
        rows={charges}
        rowKey={({ charge, title }) => `${charge} ${title}`}
        footer={
          <tr>
            <th scope="row">Sum</th>
            <td data-numeric data-wide-only>
              <Money amount={before.subtotal} />
            </td>
            <td data-numeric>
              <Money amount={document.subtotal} />
            </td>
            <td data-numeric>
              <Change amount={difference} />
            </td>
            {present.map(([part]) => (
              <td key={part} data-numeric data-wide-only>
                <Change amount={comparison[part]} />
              </td>
            ))}
          </tr>
        }
      />
    </div>
  );
}

/** Why a document costs more or less than the one before. */
export function InvoiceComparison({ number }: { number: string }) {
  const { customer } = useCustomer();
  const query = useQuery(invoiceComparisonQuery(customer.key, number));
  return (
    <Section title="Beside the one before" className="no-print">
      <QueryView query={query} height={320}>
        {(comparison) =>
          comparison.before ? (
            <Compared comparison={comparison} before={comparison.before} />
          ) : (
            <Empty title="Nothing to compare with">
              No document before this one billed a period in {comparison.currency}.
            </Empty>
          )
        }
      </QueryView>
    </Section>
  );
}
