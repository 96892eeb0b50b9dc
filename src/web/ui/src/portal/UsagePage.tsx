import { Chip, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router-dom';
import { answer, api, type Schemas } from '@/shared/api/client';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { apiPathOf, useCustomer } from './customer';
import { customerKey, metersQuery } from './queries';
import { UsageNav } from './UsageNav';
import { rangeNames, rangeOf, ranges } from './usageRange';
import { UsageResult } from './UsageResult';
import classes from './UsagePage.module.css';

type Meter = Schemas['CustomerMeter'];
type Window = 'HOUR' | 'DAY' | 'MONTH';

const windows = [
  { value: 'HOUR', label: 'Hours' },
  { value: 'DAY', label: 'Days' },
  { value: 'MONTH', label: 'Months' },
  { value: 'total', label: 'Whole range' },
];

interface Question {
  meter: string;
  from: string;
  to: string;
  window: Window | undefined;
  groupBy: string[];
}

/** The same question as an address of the API, for the CSV. */
function csvPath(customer: string, { meter, from, to, window, groupBy }: Question): string {
  const search = new URLSearchParams({ meter, from, to });
  if (window) search.set('window', window);
  for (const name of groupBy) search.append('group_by', name);
  return `${apiPathOf(customer, 'usage')}?${search.toString()}`;
}

function Explorer({ meters }: { meters: Meter[] }) {
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const set = (changes: Record<string, string | string[] | null>) => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          next.delete(name);
          for (const one of value === null ? [] : [value].flat()) next.append(name, one);
        }
        return next;
      },
      { replace: true },
    );
  };

  const meter = meters.find((one) => one.meter === search.get('meter')) ?? meters[0];
  const range = rangeNames.find((one) => one === search.get('range')) ?? 'month';
  const custom = { from: search.get('from'), to: search.get('to') };
  const { from, to, window: usualWindow } = rangeOf(range, customer.time_zone, custom);
  const chosenWindow = windows.find(({ value }) => value === search.get('window'))?.value ?? usualWindow;
  const window = chosenWindow === 'total' ? undefined : (chosenWindow as Window);
  const groups = [...(meter?.dimensions ?? []), 'subject'];
  const groupBy = search.getAll('group_by').filter((name) => groups.includes(name));
  const question: Question = { meter: meter?.meter ?? '', from, to, window, groupBy };
  const query = useQuery({
    queryKey: [...customerKey(customer.key), 'usage', question],
    queryFn: () =>
      answer(
        api.GET('/api/v1/customers/{customer}/usage', {
          params: {
            path: { customer: customer.key },
            query: { meter: question.meter, from, to, group_by: groupBy, ...(window ? { window } : {}) },
          },
        }),
      ),
  });
  return (
    <>
      <div className={classes.controls}>
        <NativeSelect
          label="Meter"
          data={meters.map(({ meter: value, title }) => ({ value, label: title || value }))}
          value={meter?.meter ?? ''}
          onChange={(event) => {
            set({ meter: event.currentTarget.value, group_by: null });
          }}
        />
        <NativeSelect
          label="Range"
          data={rangeNames.map((value) => ({ value, label: ranges[value] }))}
          value={range}
          onChange={(event) => {
            set({ range: event.currentTarget.value, window: null, from, to });
          }}
        />
        {range === 'custom' ? (
          <>
            <TextInput
              type="date"
              label="From"
              value={from}
              onChange={(event) => {
                set({ from: event.currentTarget.value });
              }}
            />
            <TextInput
              type="date"
              label="To, not included"
              value={to}
              onChange={(event) => {
                set({ to: event.currentTarget.value });
              }}
            />
          </>
        ) : null}
        <NativeSelect
          label="In steps of"
          data={windows}
          value={chosenWindow}
          onChange={(event) => {
            set({ window: event.currentTarget.value });
          }}
        />
        <fieldset className={classes.groups}>
          <legend>Group by</legend>
          <Chip.Group
            multiple
            value={groupBy}
            onChange={(value) => {
              set({ group_by: value });
            }}
          >
            {groups.map((name) => (
              <Chip key={name} value={name} size="sm">
                {name}
              </Chip>
            ))}
          </Chip.Group>
        </fieldset>
        <DownloadButton
          label="CSV"
          path={csvPath(customer.key, question)}
          type="text/csv"
          name={`usage-${customer.key}-${question.meter}-${from}.csv`}
        />
      </div>
      <Section title={meter?.title ?? ''}>
        <QueryView query={query} height={420}>
          {(usage) => <UsageResult usage={usage} aggregation={meter?.aggregation ?? 'sum'} />}
        </QueryView>
      </Section>
    </>
  );
}

export function Component() {
  const { customer } = useCustomer();
  const query = useQuery(metersQuery(customer.key));
  return (
    <Page title="Usage">
      <UsageNav />
      <QueryView query={query} height={520}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing is measured">Neither the plan charges for usage nor has any arrived.</Empty>
          ) : (
            <Explorer meters={items} />
          )
        }
      </QueryView>
    </Page>
  );
}
