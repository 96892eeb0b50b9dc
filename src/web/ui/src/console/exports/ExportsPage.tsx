import { Button, Code, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createColumnHelper } from '@tanstack/react-table';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { FactList } from '@/shared/ui/FactList';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { CustomerLink } from '../lib/links';
import { ByDay } from './ByDay';
import { NewExportDialog } from './NewExportDialog';
import { Templates } from './Templates';

type Export = Schemas['Export'];

const kinds: Record<Export['kind'], string> = { journal: 'Journal', focus: 'FOCUS', erp: 'General ledger' };

/** What exports of a chain have in common. */
function chainOf({ customer, legal_entity: entity }: Export) {
  return [customer === null ? 'all customers' : customer, ...(entity === null ? [] : [entity])].join(', ');
}

function Detail({ one }: { one: Export }) {
  return (
    <FactList
      facts={[
        { label: 'File', value: one.file },
        { label: 'SHA-256 of its bytes', value: <Code className="breakable">{one.sha256}</Code> },
        {
          label: 'Positions in the journal',
          value: `behind ${String(one.after_position)}, up to ${String(one.through_position)}`,
        },
        { label: 'Configuration version', value: String(one.version) },
        { label: 'Bytes', value: String(one.bytes) },
        {
          label: 'Customer',
          value: one.customer === null ? 'all' : <CustomerLink customer={one.customer} />,
        },
        { label: 'Legal entity', value: one.legal_entity ?? 'all' },
      ]}
    />
  );
}

const column = createColumnHelper<Export>();

const columns = [
  column.accessor('export', { header: 'Export', cell: (cell) => String(cell.getValue()) }),
  column.display({
    id: 'what',
    header: 'What',
    cell: ({ row: { original } }) => (
      <>
        {kinds[original.kind]}, {original.format}
        <Text size="xs" c="dimmed">
          no. {original.number} for {chainOf(original)}
        </Text>
      </>
    ),
  }),
  column.accessor('rows', { header: 'Entries', meta: { numeric: true, wideOnly: true } }),
  column.accessor('made_at', {
    header: 'Made',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) => (
      <>
        <Instant at={original.made_at} /> by {original.made_by}
      </>
    ),
  }),
  column.display({
    id: 'file',
    header: 'File',
    cell: ({ row: { original } }) => (
      <DownloadButton
        label="Download"
        accessibleLabel={`Download export ${String(original.export)}`}
        size="xs"
        path={`/api/v1/exports/${String(original.export)}/file`}
        type="*/*"
        name={original.file}
      />
    ),
  }),
];

function Chains() {
  const pages = usePages(['exports'], (cursor, signal) =>
    answer(api.GET('/api/v1/exports', { params: { query: cursor ? { cursor } : {} }, signal })),
  );
  return (
    <Section title="Handed over, the latest first">
      <Text size="sm" c="dimmed" mb="sm">
        Exports of the same kind, format, customer and legal entity are a chain: each begins where the one
        before ended. Its file is the same whenever it is downloaded.
      </Text>
      <PagedTable
        label="Exports"
        pages={pages}
        columns={columns}
        rowKey={(row) => String(row.export)}
        detail={(row) => <Detail one={row} />}
        empty={
          <Empty title="Nothing was handed over yet">
            The first export of a chain has everything up to now, the next ones what came since.
          </Empty>
        }
      />
    </Section>
  );
}

/** The ledger, cost and usage as files for others. */
export function Component() {
  const mayOperate = useMay('operate');
  const [making, make] = useDisclosure(false);
  return (
    <Page
      title="Exports"
      actions={
        mayOperate ? (
          <Button size="xs" onClick={make.open}>
            Hand over
          </Button>
        ) : null
      }
    >
      <Chains />
      <ByDay />
      <Templates />
      {making ? <NewExportDialog onClose={make.close} /> : null}
    </Page>
  );
}
