import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { Chart } from '@/shared/ui/Chart';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { FactList } from '@/shared/ui/FactList';
import { duration } from '../lib/words';
import { Conservation } from './Conservation';
import { Quarantine } from './Quarantine';

type Metering = Schemas['MeteringState'];

const numeric = { meta: { numeric: true } };
const number = (cell: { getValue: () => number }) => <Count value={cell.getValue()} />;

function Count({ value }: { value: number }) {
  const { locale } = useReader();
  return <span className="tabular">{value.toLocaleString(locale)}</span>;
}

const minute = createColumnHelper<Metering['minutes'][number]>();
const minuteColumns = [
  minute.accessor('at', { header: 'Minute', cell: (cell) => <Instant at={cell.getValue()} /> }),
  minute.accessor('counted', { header: 'Counted', cell: number, ...numeric }),
  minute.accessor('duplicate', { header: 'Duplicate', cell: number, ...numeric }),
  minute.accessor('quarantined', { header: 'Quarantined', cell: number, ...numeric }),
];

const source = createColumnHelper<Metering['sources'][number]>();
const sourceColumns = [
  source.accessor('source', { header: 'Source' }),
  source.accessor('received', { header: 'Received', cell: number, ...numeric }),
  source.accessor('counted', { header: 'Counted', cell: number, meta: { numeric: true, wideOnly: true } }),
  source.accessor('duplicate', {
    header: 'Duplicate',
    cell: number,
    meta: { numeric: true, wideOnly: true },
  }),
  source.accessor('quarantined', { header: 'Quarantined', cell: number, ...numeric }),
  source.accessor('last_at', {
    header: 'Last',
    meta: { wideOnly: true },
    cell: (cell) => <Instant at={cell.getValue()} />,
  }),
];

const kafka = createColumnHelper<Metering['kafka'][number]>();
const kafkaColumns = [
  kafka.accessor('topic', { header: 'Topic' }),
  kafka.accessor('partition', { header: 'Partition', ...numeric }),
  kafka.accessor('next_offset', { header: 'Next offset', cell: number, ...numeric }),
  kafka.accessor('updated_at', { header: 'Updated', cell: (cell) => <Instant at={cell.getValue()} /> }),
];

const minuteMs = 60_000;

/** The last hour: also the minutes in which nothing arrived, which the API leaves out. */
function everyMinute({
  at,
  minutes,
}: Metering): Pick<Metering['minutes'][number], 'at' | 'counted' | 'duplicate' | 'quarantined'>[] {
  const last = Math.floor(Date.parse(at) / minuteMs);
  const known = new Map(minutes.map((each) => [Math.floor(Date.parse(each.at) / minuteMs), each]));
  return Array.from({ length: 60 }, (_, index) => {
    const minuteOf = last - 59 + index;
    return (
      known.get(minuteOf) ?? {
        at: new Date(minuteOf * minuteMs).toISOString(),
        counted: 0,
        duplicate: 0,
        quarantined: 0,
      }
    );
  });
}

function Rate({ metering }: { metering: Metering }) {
  const { locale, zone } = useReader();
  const points = useMemo(() => {
    const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: zone });
    return everyMinute(metering).map(({ at, counted, duplicate, quarantined }) => ({
      label: time.format(new Date(at)),
      values: { counted: `${counted}`, duplicate: `${duplicate}`, quarantined: `${quarantined}` },
    }));
  }, [metering, locale, zone]);
  return (
    <Chart
      label="Events of the last hour, by minute"
      kind="bars"
      stacked
      points={points}
      series={[
        { name: 'counted', label: 'Counted', color: '--chart-1' },
        { name: 'duplicate', label: 'Duplicate', color: '--chart-6' },
        { name: 'quarantined', label: 'Quarantined', color: '--chart-2' },
      ]}
      format={(value) => parseInt(value, 10).toLocaleString(locale)}
      table={
        <DataTable
          label="Events of the last hour, by minute"
          columns={minuteColumns}
          rows={metering.minutes}
          rowKey={(row) => row.at}
          sortable={false}
          empty="No events."
        />
      }
    />
  );
}

function State({ metering }: { metering: Metering }) {
  const { locale } = useReader();
  const { cut } = metering;
  return (
    <FactList
      facts={[
        {
          label: 'Rate of the last minute',
          value: `${metering.events_per_second.toLocaleString(locale, { maximumFractionDigits: 1 })} events/s`,
        },
        {
          label: 'Lag',
          value: (
            <>
              {duration(cut.lag_seconds)}{' '}
              {cut.lag_seconds > 60 ? (
                <Badge color="orange">behind</Badge>
              ) : (
                <Badge color="green">up to date</Badge>
              )}
            </>
          ),
        },
        { label: 'Batches that wait for a cut', value: cut.waiting_batches.toLocaleString(locale) },
        {
          label: 'Last cut',
          value: (
            <>
              {cut.cut.toLocaleString(locale)}
              {cut.closed_at === null ? null : (
                <>
                  , <Instant at={cut.closed_at} />
                </>
              )}
            </>
          ),
        },
        { label: 'Open in quarantine', value: metering.quarantine_open.toLocaleString(locale) },
      ]}
    />
  );
}

export function Component() {
  const metering = useQuery({
    queryKey: ['metering'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/metering', { signal })),
    refetchInterval: 5000,
  });
  return (
    <Page title="Metering">
      <QueryView query={metering} height={640}>
        {(state) => (
          <>
            <Section title="How usage comes in">
              <State metering={state} />
              <Rate metering={state} />
            </Section>
            <Section title="Nothing is lost">
              <Conservation metering={state} />
            </Section>
            <Section title="Sources of the last hour">
              <DataTable
                label="Sources"
                columns={sourceColumns}
                rows={state.sources}
                rowKey={(row) => row.source}
                empty={<Empty title="No events">Nothing has been sent for an hour.</Empty>}
              />
            </Section>
            {state.kafka.length > 0 ? (
              <Section title="Kafka">
                <DataTable
                  label="Positions in Kafka"
                  columns={kafkaColumns}
                  rows={state.kafka}
                  rowKey={(row) => `${row.topic} ${row.partition}`}
                />
              </Section>
            ) : null}
          </>
        )}
      </QueryView>
      <Section title="Quarantine">
        <Quarantine />
      </Section>
    </Page>
  );
}
