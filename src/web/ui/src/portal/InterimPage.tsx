import { Alert, Badge, Button, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { answer, api, type Schemas } from '@/shared/api/client';
import { formatInstant, formatInstantFully } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Money } from '@/shared/ui/Money';
import { Page } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { Comparison } from './Comparison';
import { apiPathOf, useCustomer } from './customer';
import { DocumentView } from './DocumentView';
import { eventsOfAPage, LineExplanation } from './LineExplanation';
import { PrintButton } from './PrintButton';
import { customerKey, interimQuery } from './queries';
import classes from './InterimPage.module.css';

type Invoice = Schemas['InterimInvoice'];

function InterimInvoice({ invoice, openLine }: { invoice: Invoice; openLine: number | undefined }) {
  const reader = useReader();
  const { customer } = useCustomer();
  const [shown, setShown] = useState('invoice');
  const { document, as_of: asOf } = invoice;
  const { currency } = document;
  return (
    <div className={classes.invoice}>
      <div className={`${classes.bar} no-print`}>
        <SegmentedControl
          value={shown}
          onChange={setShown}
          aria-label={`Interim invoice in ${currency}: what to show`}
          data={[
            { value: 'invoice', label: 'Invoice' },
            { value: 'comparison', label: 'Compare with last month' },
          ]}
        />
        <Text size="sm" c="dimmed">
          At the end of the period without further usage:{' '}
          <strong>
            <Money amount={invoice.expected_total} currency={currency} />
          </strong>
        </Text>
      </div>
      {invoice.what_if ? (
        <Alert color="yellow" title="What if">
          The moment lies in a period that was issued. This shows the period as if it ended then.
        </Alert>
      ) : null}
      {shown === 'invoice' ? (
        <DocumentView
          document={document}
          issuer={invoice.issuer}
          mark={
            <>
              <Badge color="yellow" size="lg">
                Interim
              </Badge>
              <Text size="sm" c="dimmed" title={formatInstantFully(asOf, reader)}>
                as of {formatInstant(asOf, reader)}
              </Text>
            </>
          }
          openLine={openLine}
          explain={({ number }) => (
            <LineExplanation
              queryKey={[...customerKey(customer.key), 'interim-line', asOf, currency, number]}
              load={(cursor) =>
                answer(
                  api.GET('/api/v1/customers/{customer}/interim/lines/{line}', {
                    params: {
                      path: { customer: customer.key, line: number },
                      query: {
                        as_of: asOf,
                        currency,
                        events: eventsOfAPage,
                        ...(cursor === undefined ? {} : { cursor }),
                      },
                    },
                  }),
                )
              }
            />
          )}
        />
      ) : (
        <Comparison comparison={invoice.comparison} currency={currency} />
      )}
    </div>
  );
}

/** Opening the page is the press: the engine computes what is owed now. The button presses again. */
export function Component() {
  const reader = useReader();
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('as_of') ?? undefined;
  const line = search.get('line');
  const [press, setPress] = useState(() => Date.now());
  const query = useQuery(interimQuery(customer.key, asked, press));
  const asOf = query.data?.as_of;
  const path = `${apiPathOf(customer.key, 'interim')}?as_of=${encodeURIComponent(asOf ?? '')}`;
  const name = `interim-${customer.key}-${(asOf ?? '').replaceAll(':', '')}`;
  const again = () => {
    setSearch({}, { replace: true });
    setPress(Date.now());
  };
  return (
    <Page
      title="Interim invoice"
      printsTitle={false}
      actions={
        <>
          <TextInput
            type="date"
            aria-label="As of the beginning of a day"
            title="As of the beginning of a day"
            leftSection={<Text size="xs">as of</Text>}
            leftSectionWidth={48}
            value={asked && /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : ''}
            onChange={(event) => {
              const day = event.currentTarget.value;
              setSearch(day ? { as_of: day } : {}, { replace: true });
            }}
          />
          <Button
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={query.isFetching}
            loaderProps={{ type: 'oval' }}
            onClick={again}
          >
            What do I owe now?
          </Button>
          {query.data?.invoices.map(({ document: { currency } }) => (
            <DownloadButton
              key={currency}
              label={query.data.invoices.length > 1 ? `PDF, ${currency}` : 'PDF'}
              path={`${path}&currency=${currency}`}
              type="application/pdf"
              name={`${name}-${currency}.pdf`}
            />
          ))}
          <DownloadButton label="CSV" path={path} type="text/csv" name={`${name}.csv`} disabled={!asOf} />
          <DownloadButton
            label="JSON"
            path={path}
            type="application/json"
            name={`${name}.json`}
            disabled={!asOf}
          />
          <PrintButton />
        </>
      }
    >
      <div role="status" className="visually-hidden">
        {asOf && !query.isFetching ? `Computed as of ${formatInstantFully(asOf, reader)}` : ''}
      </div>
      <QueryView query={query} height={560}>
        {({ invoices }) =>
          invoices.length === 0 ? (
            <Empty title="Nothing to bill">Neither fees nor usage stand open at this moment.</Empty>
          ) : (
            <>
              {invoices.map((invoice) => (
                <InterimInvoice
                  key={`${invoice.document.currency} ${invoice.as_of}`}
                  invoice={invoice}
                  openLine={line ? parseInt(line, 10) : undefined}
                />
              ))}
            </>
          )
        }
      </QueryView>
    </Page>
  );
}
