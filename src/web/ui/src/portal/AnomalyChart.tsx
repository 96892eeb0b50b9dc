import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/shared/api/client';
import { dayIn, formatDay, formatDecimal, formatInstant, formatShortDay } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Chart } from '@/shared/ui/Chart';
import { DataTable } from '@/shared/ui/DataTable';
import { Quantity } from '@/shared/ui/Money';
import { QueryView } from '@/shared/ui/states';
import { type Anomaly, isOdd, stepsOf, surroundings } from './anomalies';
import { useCustomer } from './customer';
import { customerKey } from './queries';

const height = 150;
const series = [
  { name: 'around', label: 'Around it', color: '--chart-muted' },
  { name: 'odd', label: 'Unusual', color: '--chart-2' },
];

/** The usage around an anomaly, with the odd steps in a colour of their own. */
export function AnomalyChart({ anomaly }: { anomaly: Anomaly }) {
  const reader = useReader();
  const { customer } = useCustomer();
  const { meter, step, unit } = anomaly;
  const { from, to } = surroundings(anomaly);
  const query = useQuery({
    queryKey: [...customerKey(customer.key), 'usage', { meter, step, from, to }],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/usage', {
          params: { path: { customer: customer.key }, query: { meter, from, to, window: step } },
        }),
      ),
    staleTime: 60_000,
  });
  const label = `${meter} around ${formatInstant(anomaly.starts_at, reader)}`;
  return (
    <QueryView query={query} height={height + 40}>
      {({ rows, zone }) => {
        const name = (start: string) =>
          step === 'DAY'
            ? formatDay(dayIn(zone, new Date(start)), reader)
            : formatInstant(start, { ...reader, zone });
        return (
          <Chart
            kind="bars"
            stacked
            height={height}
            label={label}
            series={series}
            format={(value) => `${formatDecimal(value, reader)} ${unit}`}
            points={stepsOf(anomaly, zone, rows).map(({ startsAt, quantity }) => ({
              label: name(startsAt),
              short: formatShortDay(dayIn(zone, new Date(startsAt)), reader),
              values: { [isOdd(anomaly, startsAt) ? 'odd' : 'around']: quantity },
            }))}
            table={
              <DataTable
                label={label}
                rows={rows}
                rowKey={({ starts_at: start }) => start}
                sortable={false}
                columns={[
                  { id: 'when', header: 'When', cell: ({ row }) => name(row.original.starts_at) },
                  {
                    id: 'quantity',
                    header: unit || 'Quantity',
                    cell: ({ row }) => <Quantity value={row.original.quantity} />,
                    meta: { numeric: true },
                  },
                  {
                    id: 'odd',
                    header: 'Note',
                    cell: ({ row }) => (isOdd(anomaly, row.original.starts_at) ? 'unusual' : ''),
                  },
                ]}
              />
            }
          />
        );
      }}
    </QueryView>
  );
}
