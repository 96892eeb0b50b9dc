import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnDef } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { DataTable } from '@/shared/ui/DataTable';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { InConfiguration } from '../lib/links';
import { type Pool, poolPath, poolsQuery } from './allocationQueries';
import { borneBy, dividedBy } from './poolWords';

const columns: ColumnDef<Pool>[] = [
  {
    accessorKey: 'title',
    header: 'Pool',
    cell: ({ row: { original } }) => (
      <Anchor component={Link} to={poolPath(original.name)} inherit>
        {original.title}
      </Anchor>
    ),
  },
  { id: 'by', header: 'Divided by', cell: ({ row: { original } }) => dividedBy(original) },
  {
    id: 'over',
    header: 'Borne by',
    cell: ({ row: { original } }) => borneBy(original),
    meta: { wideOnly: true },
  },
  { accessorKey: 'engine', header: 'Billed by', meta: { wideOnly: true } },
  { accessorKey: 'currency', header: 'Currency', meta: { wideOnly: true } },
];

/** Costs that customers share. */
export function Component() {
  const query = useQuery(poolsQuery);
  return (
    <Page title="Shared costs">
      <Section title="Cost pools">
        <QueryView query={query} height={240}>
          {({ items }) => (
            <DataTable
              label="Cost pools"
              columns={columns}
              rows={items}
              rowKey={({ name }) => name}
              sortable={false}
              empty={
                <Empty title="No pool is declared">
                  Costs that customers share stand in <InConfiguration file="allocation.xml" />.
                </Empty>
              }
            />
          )}
        </QueryView>
      </Section>
    </Page>
  );
}
