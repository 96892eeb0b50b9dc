import { Badge } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { type ReactNode, useMemo } from 'react';
import type { Schemas } from '@/shared/api/client';
import { negate, sign } from '@/shared/format/decimal';
import { formatAmount, formatDay, formatDays, formatMonth, formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Money, Quantity } from '@/shared/ui/Money';
import classes from './DocumentView.module.css';

export type Document = Schemas['Document'];
export type DocumentLine = Schemas['DocumentLine'];

export const kindOfDocument: Record<Document['kind'], string> = {
  invoice: 'Invoice',
  'credit-note': 'Credit note',
  showback: 'Showback',
};

/** A line and its number in the document, from 1. */
export interface NumberedLine {
  line: DocumentLine;
  number: number;
}

interface DocumentViewProps {
  document: Document;
  issuer?: Schemas['Issuer'] | undefined;
  /** Beside the title: interim, paid, overdue. */
  mark?: ReactNode;
  /** What a line opens to. */
  explain?: ((line: NumberedLine) => ReactNode) | undefined;
  /** A line that is open from the beginning. */
  openLine?: number | undefined;
}

/** "2026-10" is read as a month; labels of weeks and days stay as they are. */
function usePeriodName() {
  const reader = useReader();
  return (label: string) => (/^\d{4}-\d{2}$/.test(label) ? formatMonth(label, reader) : label);
}

function Parties({ document, issuer }: Pick<DocumentViewProps, 'document' | 'issuer'>) {
  const reader = useReader();
  const { customer } = document;
  const facts: [string, ReactNode][] = [];
  if (document.number) facts.push(['Number', document.number]);
  if (document.issued_on) facts.push(['Issued', formatDay(document.issued_on, reader)]);
  if (document.due_on && document.kind !== 'showback')
    facts.push(['Due', formatDay(document.due_on, reader)]);
  if (document.corrects) facts.push(['Corrects', document.corrects.number]);
  if (document.reason) facts.push(['Reason', document.reason]);
  facts.push(['Currency', document.currency]);
  return (
    <div className={classes.parties}>
      {issuer ? (
        <address className={classes.party}>
          <span className={classes.role}>From</span>
          <strong>{issuer.name}</strong>
          {issuer.address.map((line) => (
            <span key={line}>{line}</span>
          ))}
          {issuer.tax_id ? <span>{issuer.tax_id}</span> : null}
          {issuer.email ? <span>{issuer.email}</span> : null}
        </address>
      ) : null}
      <div className={classes.party}>
        <span className={classes.role}>To</span>
        <strong>{customer.name}</strong>
        <span>{customer.key}</span>
        {customer.email ? <span>{customer.email}</span> : null}
      </div>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function useLineColumns(currency: string): ColumnDef<NumberedLine>[] {
  const reader = useReader();
  return useMemo(
    () => [
      {
        id: 'description',
        header: 'Description',
        cell: ({ row: { original } }) => (
          <>
            <span className={classes.description}>{original.line.description}</span>
            {original.line.true_up ? (
              <Badge
                color="yellow"
                size="sm"
                ml={6}
                title="This period was billed before; the line is what changed"
              >
                true-up
              </Badge>
            ) : null}
          </>
        ),
      },
      {
        id: 'days',
        header: 'Days',
        cell: ({ row: { original } }) => formatDays(original.line.starts_on, original.line.ends_on, reader),
        meta: { wideOnly: true },
      },
      {
        id: 'quantity',
        header: 'Quantity',
        cell: ({ row: { original } }) => (
          <Quantity value={original.line.quantity} unit={original.line.unit} />
        ),
        meta: { numeric: true, wideOnly: true },
      },
      {
        id: 'tax',
        header: 'Tax',
        cell: ({ row: { original } }) =>
          original.line.tax_percent === null ? '—' : formatPercent(original.line.tax_percent, reader),
        meta: { numeric: true, wideOnly: true },
      },
      {
        id: 'amount',
        header: currency,
        cell: ({ row: { original } }) => <Money amount={original.line.amount} />,
        meta: { numeric: true },
      },
    ],
    [reader, currency],
  );
}

function Totals({ document }: { document: Document }) {
  const reader = useReader();
  const rows: { label: string; amount: string; strong?: boolean; note?: string }[] = [
    { label: 'Subtotal', amount: document.subtotal },
    ...document.coupons.map(({ title, amount }) => ({ label: title, amount: negate(amount) })),
    ...document.taxes.map(({ country, percent, base, tax, included, note }) => ({
      label: `${included ? 'Contains tax' : 'Tax'} ${country} ${formatPercent(percent, reader)} on ${formatAmount(base, reader)}`,
      amount: tax,
      note,
    })),
    { label: 'Total', amount: document.total, strong: true },
    ...document.credits.map(({ title, amount }) => ({ label: title, amount: negate(amount) })),
  ];
  if (sign(document.brought_forward) !== 0) {
    rows.push({ label: 'Brought forward', amount: document.brought_forward });
  }
  for (const payment of document.payments) {
    rows.push({
      label: `Payment ${formatDay(payment.received_on, reader)} ${payment.reference}`,
      amount: negate(payment.amount),
    });
  }
  const due = sign(document.carried_forward) >= 0;
  if (document.kind !== 'showback') {
    rows.push({
      label: document.interim ? 'Balance after this' : due ? 'To pay' : 'Your credit',
      amount: due ? document.carried_forward : negate(document.carried_forward),
      strong: true,
    });
  }
  return (
    <table className={classes.totals}>
      <caption className="visually-hidden">Totals, in {document.currency}</caption>
      <tbody>
        {rows.map(({ label, amount, strong, note }, index) => (
          <tr key={`${label} ${String(index)}`} data-strong={strong || undefined}>
            <th scope="row">
              {label}
              {note ? <span className={classes.note}>{note}</span> : null}
            </th>
            <td>
              <Money amount={amount} currency={strong ? document.currency : undefined} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A document as people read it: on the screen its lines open, on paper it is an invoice. */
export function DocumentView({ document, issuer, mark, explain, openLine }: DocumentViewProps) {
  const periodName = usePeriodName();
  const columns = useLineColumns(document.currency);
  const periods = useMemo(() => {
    const grouped = new Map<string, NumberedLine[]>();
    document.lines.forEach((line, index) => {
      const lines = grouped.get(line.period.label) ?? [];
      lines.push({ line, number: index + 1 });
      grouped.set(line.period.label, lines);
    });
    return [...grouped];
  }, [document.lines]);
  const kind = kindOfDocument[document.kind];
  return (
    <article className={classes.document} aria-label={`${kind} ${document.number ?? '(interim)'}`}>
      <header className={mark ? classes.head : `${classes.head ?? ''} print-only`}>
        <p className={classes.kind}>
          {document.interim ? `Interim ${kind.toLowerCase()}` : `${kind} ${document.number ?? ''}`}
        </p>
        {mark}
      </header>
      {document.interim ? (
        <p className={classes.interimNote}>Computed on demand. Not issued, not a bill.</p>
      ) : null}
      {document.kind === 'showback' && !document.interim ? (
        <p className={classes.interimNote}>For information, not an invoice. Nothing of it is to be paid.</p>
      ) : null}
      <Parties document={document} issuer={issuer} />
      {periods.length === 0 ? <p>There are no lines.</p> : null}
      {periods.map(([label, lines]) => (
        <section key={label} className={classes.period}>
          <h2 className={classes.periodName}>{periodName(label)}</h2>
          <DataTable
            label={`Lines of ${periodName(label)}, in ${document.currency}`}
            columns={columns}
            rows={lines}
            rowKey={({ number }) => String(number)}
            sortable={false}
            {...(explain ? { detail: explain } : {})}
            {...(openLine === undefined ? {} : { initiallyOpen: [String(openLine)] })}
          />
        </section>
      ))}
      <Totals document={document} />
    </article>
  );
}
