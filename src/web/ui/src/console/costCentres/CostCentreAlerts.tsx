import { Anchor } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { answer, api } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { alertColumns } from '../lib/alertColumns';
import { type CentreAlert, costCentrePath, costCentresKey } from './costCentreQueries';

const ofOne = alertColumns<CentreAlert>();

const ofAll: ColumnDef<CentreAlert>[] = [
  {
    id: 'centre',
    header: 'Cost centre',
    cell: ({ row: { original } }) => (
      <Anchor component={Link} to={costCentrePath(original.cost_centre)} inherit>
        {original.cost_centre}
      </Anchor>
    ),
  },
  ...ofOne,
];

/** Thresholds that months of a cost centre reached, or of all of them. */
export function CostCentreAlerts({ centre }: { centre?: string }) {
  const pages = usePages(
    [costCentresKey, 'alerts', centre],
    (cursor, signal) =>
      answer(
        api.GET('/api/v1/cost-centres/alerts', {
          params: {
            query: {
              ...(centre === undefined ? {} : { cost_centre: centre }),
              ...(cursor ? { cursor } : {}),
            },
          },
          signal,
        }),
      ),
    { refetchInterval: 10_000 },
  );
  return (
    <PagedTable
      label="Thresholds of budgets that months of cost centres reached"
      pages={pages}
      columns={centre === undefined ? ofAll : ofOne}
      rowKey={({ number }) => String(number)}
      empty={<Empty title="No alert yet">Each threshold of a budget is told once a month.</Empty>}
    />
  );
}
