import { Alert, Stack, Text, Title } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant, Money } from '@/shared/ui/Money';
import { FactList } from '@/shared/ui/FactList';
import { CustomerLink } from '../lib/links';
import { ReasonList } from '../lib/ReasonList';
import { count } from '../lib/words';

const column = createColumnHelper<Schemas['DryRunDocument']>();

const columns = [
  column.accessor('customer', {
    header: 'Customer',
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  column.accessor('name', { header: 'Name', meta: { wideOnly: true } }),
  column.accessor('kind', { header: 'Kind', meta: { wideOnly: true } }),
  column.accessor('lines', { header: 'Lines', meta: { numeric: true, wideOnly: true } }),
  column.accessor('total', {
    header: 'Total',
    meta: { numeric: true },
    cell: (cell) => <Money {...cell.getValue()} />,
  }),
];

const step = createColumnHelper<Schemas['DryRunDunning']>();

const steps = [
  step.accessor('customer', {
    header: 'Customer',
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  step.accessor('document', { header: 'Document' }),
  step.accessor('what', { header: 'What' }),
  step.accessor('overdue', {
    header: 'Overdue',
    meta: { numeric: true },
    cell: (cell) => <Money {...cell.getValue()} />,
  }),
];

/** What a run would bill, or whom it would remind; nothing of it is stored. */
export function DryRunResult({ result }: { result: Schemas['DryRun'] }) {
  const { locale } = useReader();
  return (
    <Stack>
      <Title order={3}>What it would bill</Title>
      <FactList
        facts={[
          { label: 'Due', value: count(result.due, 'customer', locale) },
          { label: 'Documents', value: result.documents.toLocaleString(locale) },
          {
            label: 'In all',
            value:
              result.totals.length === 0
                ? 'nothing'
                : result.totals.map((total) => (
                    <div key={total.currency}>
                      <Money {...total} />
                    </div>
                  )),
          },
          { label: 'As of', value: <Instant at={result.as_of} /> },
        ]}
      />
      {result.computed < result.due - result.parked_before ? (
        <Alert color="yellow" title="Not all of them">
          {count(result.computed, 'customer', locale)} of {result.due.toLocaleString(locale)} were computed.
        </Alert>
      ) : null}
      {result.parked_before > 0 ? (
        <Text size="sm" c="dimmed">
          {count(result.parked_before, 'customer', locale)} among those due parked before; try them again to
          see what becomes of them.
        </Text>
      ) : null}
      <ReasonList title="Would be parked" color="red" reasons={result.would_park} />
      <ReasonList title="Would be held" color="orange" reasons={result.would_hold} />
      {result.dunning.length > 0 ? (
        <DataTable
          label="Steps of dunning it would take"
          columns={steps}
          rows={result.dunning}
          rowKey={(row) => `${row.document} ${row.what}`}
          empty="No steps."
          sortable={false}
        />
      ) : (
        <DataTable
          label="Documents it would issue, the largest first"
          columns={columns}
          rows={result.customers}
          rowKey={(row) => `${row.customer} ${row.total.currency} ${row.kind}`}
          empty="No documents."
          sortable={false}
        />
      )}
    </Stack>
  );
}
