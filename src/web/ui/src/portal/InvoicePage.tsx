import { Alert, Anchor, Button, SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import { answer, api } from '@/shared/api/client';
import { sign } from '@/shared/format/decimal';
import { formatInstant } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Money } from '@/shared/ui/Money';
import { Page } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { apiPathOf, pageOf, useCustomer, useMayManage } from './customer';
import { DisputeDialog } from './DisputeDialog';
import { Disputes } from './Disputes';
import { DocumentView, kindOfDocument } from './DocumentView';
import { InvoiceComparison } from './InvoiceComparison';
import classes from './InvoicePage.module.css';
import { InvoiceStateBadge } from '@/receivables/InvoiceStateBadge';
import { eventsOfAPage, LineExplanation } from './LineExplanation';
import { PrintButton } from './PrintButton';
import { customerKey, invoiceQuery } from './queries';

/** A document as it was issued; its lines open to what they are made of. */
export function Component() {
  const reader = useReader();
  const number = useParams().number ?? '';
  const { customer } = useCustomer();
  const query = useQuery(invoiceQuery(customer.key, number));
  const [shown, setShown] = useState('document');
  const [disputing, setDisputing] = useState<{ line: number | null } | null>(null);
  const openLine = useSearchParams()[0].get('line');
  const manages = useMayManage();
  const mayDispute = manages && query.data?.document.kind === 'invoice' && query.data.void === null;
  const link = query.data?.payment_link;
  const payHere = link?.startsWith('https://') ? link : null;
  const path = apiPathOf(customer.key, 'invoices', number);
  const kind = kindOfDocument[query.data?.document.kind ?? 'invoice'];
  return (
    <Page
      title={`${kind} ${number}`}
      aside={query.data ? <InvoiceStateBadge state={query.data.state} /> : null}
      actions={
        <>
          {payHere ? (
            <Button component="a" href={payHere} rel="noopener">
              Pay
            </Button>
          ) : null}
          {mayDispute ? (
            <Button
              variant="default"
              onClick={() => {
                setDisputing({ line: null });
              }}
            >
              Dispute
            </Button>
          ) : null}
          <DownloadButton label="PDF" path={path} type="application/pdf" name={`${number}.pdf`} />
          {query.data?.document.kind === 'showback' ? null : (
            <DownloadButton
              label="E-invoice"
              accessibleLabel="E-invoice, UBL by EN 16931"
              path={path}
              type="application/xml"
              name={`${number}.xml`}
            />
          )}
          <DownloadButton label="CSV" path={path} type="text/csv" name={`${number}.csv`} />
          <DownloadButton label="JSON" path={path} type="application/json" name={`${number}.json`} />
          <PrintButton />
        </>
      }
      printsTitle={false}
    >
      <QueryView query={query} height={640}>
        {({ document, issuer, open_amount: open, void: voided, corrected_by: correctedBy }) => (
          <>
            {voided ? (
              <Alert color="red" title="This document was voided" className="no-print">
                {formatInstant(voided.voided_at, reader)}: {voided.reason}. Taken back by{' '}
                <Anchor
                  component={Link}
                  inherit
                  underline="always"
                  to={pageOf(customer.key, 'invoices', voided.by)}
                >
                  {voided.by}
                </Anchor>
                ; its periods {voided.mode === 'rebill' ? 'are billed again' : 'stay billed'}.
              </Alert>
            ) : null}
            {correctedBy.length > 0 && !voided ? (
              <Text size="sm" className="no-print">
                Corrected by{' '}
                {correctedBy.map((other) => (
                  <Anchor
                    key={other}
                    component={Link}
                    inherit
                    underline="always"
                    mr={8}
                    to={pageOf(customer.key, 'invoices', other)}
                  >
                    {other}
                  </Anchor>
                ))}
              </Text>
            ) : null}
            {sign(open) > 0 ? (
              <Text size="sm" className="no-print">
                Left to pay of it:{' '}
                <strong>
                  <Money amount={open} currency={document.currency} />
                </strong>
              </Text>
            ) : null}
            <SegmentedControl
              className={`${classes.choice ?? ''} no-print`}
              value={shown}
              onChange={setShown}
              aria-label="What to show"
              data={[
                { value: 'document', label: kind },
                { value: 'comparison', label: 'Compare with the one before' },
              ]}
            />
            {shown === 'comparison' ? <InvoiceComparison number={number} /> : null}
            <div className={classes.document} hidden={shown === 'comparison'}>
              <DocumentView
                document={document}
                issuer={issuer}
                openLine={openLine === null ? undefined : +openLine}
                explain={({ number: line }) => (
                  <>
                    {mayDispute ? (
                      <Button
                        size="xs"
                        variant="default"
                        mb="md"
                        onClick={() => {
                          setDisputing({ line });
                        }}
                      >
                        Dispute this line
                      </Button>
                    ) : null}
                    <LineExplanation
                      queryKey={[...customerKey(customer.key), 'invoice-line', number, line]}
                      load={(cursor) =>
                        answer(
                          api.GET('/api/v1/customers/{customer}/invoices/{number}/lines/{line}', {
                            params: {
                              path: { customer: customer.key, number, line },
                              query: { events: eventsOfAPage, ...(cursor === undefined ? {} : { cursor }) },
                            },
                          }),
                        )
                      }
                    />
                  </>
                )}
              />
            </div>
            {document.kind === 'invoice' ? <Disputes number={number} mayChange={manages} /> : null}
            {disputing ? (
              <DisputeDialog
                customer={customer.key}
                number={number}
                document={document}
                line={disputing.line}
                onClose={() => {
                  setDisputing(null);
                }}
              />
            ) : null}
          </>
        )}
      </QueryView>
    </Page>
  );
}
