import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { DataTable } from '@/shared/ui/DataTable';
import { Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { configurationPath } from '../lib/links';
import { type ExportTemplate, templatesQuery } from './exportTemplates';

const columns: ColumnDef<ExportTemplate>[] = [
  {
    accessorKey: 'name',
    header: 'Template',
    cell: ({ row: { original } }) => (
      <Anchor component={Link} inherit to={configurationPath(original.file)}>
        {original.name}
      </Anchor>
    ),
  },
  { accessorKey: 'title', header: 'For' },
  {
    id: 'columns',
    header: 'Columns',
    cell: ({ row: { original } }) => original.columns.join(', '),
    meta: { wideOnly: true },
  },
];

/** Layouts for general ledgers that import files. */
export function Templates() {
  const query = useQuery(templatesQuery);
  return (
    <Section title="Templates for general ledgers">
      <QueryView query={query} height={180}>
        {(templates) => (
          <DataTable
            label="Templates for general ledgers"
            columns={columns}
            rows={templates}
            rowKey={({ file }) => file}
            sortable={false}
            empty={<Empty title="No templates">They stand in config/exports.</Empty>}
          />
        )}
      </QueryView>
    </Section>
  );
}
