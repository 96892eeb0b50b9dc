import { Slider, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { approximately, compare, fractionOf, isDecimal, percentOf, trimmed } from '@/shared/format/decimal';
import { formatDecimal } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Money, Quantity } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { useCustomer } from './customer';
import { customerKey } from './queries';
import classes from './PlanPage.module.css';

type Plan = Schemas['SubscribedPlan'];
type Line = Schemas['DocumentLine'];

/** One figure that the price depends on. */
interface Field {
  id: string;
  label: string;
  unit: string;
  /** Where the slider ends. */
  scale: string;
  initial: string;
  hint: string | null;
  /** How the request names it. */
  target: { quantity: string } | { charge: string; dimensions: Record<string, string> };
}

/** At most so many fields for the values of a charge's dimensions. */
const combinationsMax = 12;

function combinationsOf(dimensions: Plan['usage'][number]['dimensions']): Record<string, string>[] {
  let combinations: Record<string, string>[] = [{}];
  for (const { name, values } of dimensions) {
    if (values.length === 0) continue;
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
    if (combinations.length > combinationsMax) return [{}];
  }
  return combinations;
}

function twice(value: string): string {
  return fractionOf(value, 2, 1);
}

function fieldsOf(plan: Plan, said: (value: string) => string): Field[] {
  const quantities = plan.quantities.map(({ name, unit, value }): Field => ({
    id: `quantity ${name}`,
    label: name.replaceAll(/[-_]/g, ' '),
    unit,
    scale: compare(value, '5') > 0 ? twice(value) : '10',
    initial: trimmed(value),
    hint: null,
    target: { quantity: name },
  }));
  const usage = plan.usage.flatMap((one) => {
    const combinations = combinationsOf(one.dimensions);
    return combinations.map((dimensions, index): Field => {
      const values = Object.values(dimensions).join(', ');
      const known = index === 0 ? (one.last_month ?? one.so_far ?? '0') : '0';
      return {
        id: `usage ${one.charge} ${values}`,
        label: values ? `${one.title}, ${values}` : one.title,
        unit: one.unit,
        scale: one.scale,
        initial: trimmed(known),
        hint:
          index === 0 && one.last_month !== null
            ? `last month ${said(one.last_month)}`
            : index === 0 && one.so_far !== null
              ? `so far ${said(one.so_far)}`
              : null,
        target: { charge: one.charge, dimensions },
      };
    });
  });
  return [...quantities, ...usage];
}

function requestOf(plan: Plan, fields: Field[], values: Record<string, string>): Schemas['QuoteRequest'] {
  const request: Schemas['QuoteRequest'] = { plan: plan.plan, currency: plan.currency };
  if (plan.environment) request.environment = plan.environment;
  const quantities: Record<string, string> = {};
  const usage: NonNullable<Schemas['QuoteRequest']['usage']> = [];
  for (const { id, initial, target } of fields) {
    const quantity = values[id] ?? initial;
    if (!isDecimal(quantity)) continue;
    if ('quantity' in target) quantities[target.quantity] = quantity;
    else if (compare(quantity, '0') > 0) usage.push({ ...target, quantity });
  }
  return { ...request, quantities, usage };
}

const sliderSteps = 1000;

interface FigureFieldProps {
  field: Field;
  value: string;
  change: (value: string) => void;
}

/** A slider for feeling and a text field for the exact figure. */
function FigureField({ field, value, change }: FigureFieldProps) {
  const valid = isDecimal(value);
  const position = valid ? approximately(percentOf(value, field.scale, 1) ?? '0') * 10 : 0;
  const digits = compare(field.scale, '20') < 0 && !('quantity' in field.target) ? 2 : 0;
  return (
    <div className={classes.field}>
      <div className={classes.fieldLabel}>
        <Text size="sm" fw={500} component="label" htmlFor={`field ${field.id}`.replaceAll(' ', '-')}>
          {field.label}
        </Text>
        {field.hint ? (
          <Text size="xs" c="dimmed">
            {field.hint}
          </Text>
        ) : null}
      </div>
      <Slider
        min={0}
        max={sliderSteps}
        value={Math.min(sliderSteps, position)}
        label={null}
        thumbLabel={`${field.label}, slider`}
        onChange={(step) => {
          change(trimmed(fractionOf(field.scale, step, sliderSteps, digits)));
        }}
      />
      <TextInput
        id={`field ${field.id}`.replaceAll(' ', '-')}
        inputMode="decimal"
        value={value}
        error={valid ? undefined : 'a number such as 12.5'}
        rightSection={<Text size="xs">{field.unit}</Text>}
        rightSectionWidth={Math.max(24, field.unit.length * 8 + 12)}
        onChange={(event) => {
          change(event.currentTarget.value.trim());
        }}
      />
    </div>
  );
}

function Quote({ plan, request }: { plan: Plan; request: Schemas['QuoteRequest'] }) {
  const { customer } = useCustomer();
  const query = useQuery({
    queryKey: [...customerKey(customer.key), 'quote', request],
    queryFn: () =>
      answer(
        api.POST('/api/v1/customers/{customer}/quote', {
          params: { path: { customer: customer.key } },
          body: request,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <div className={classes.result}>
      <QueryView query={query} height={220}>
        {({ document }) => (
          <>
            <div className={classes.resultHead} aria-live="polite">
              <Text size="sm" c="dimmed">
                A whole month would cost{document.taxes.length > 0 ? ', taxes included' : ''}
              </Text>
              <p className={classes.total}>
                <Money amount={document.total} currency={plan.currency} />
              </p>
            </div>
            <DataTable<Line>
              label={`Lines of the quote, in ${plan.currency}`}
              columns={[
                { accessorKey: 'description', header: 'Description' },
                {
                  id: 'quantity',
                  header: 'Quantity',
                  cell: ({ row: { original } }) => (
                    <Quantity value={original.quantity} unit={original.unit} />
                  ),
                  meta: { numeric: true, wideOnly: true },
                },
                {
                  id: 'amount',
                  header: plan.currency,
                  cell: ({ row: { original } }) => <Money amount={original.amount} />,
                  meta: { numeric: true },
                },
              ]}
              rows={document.lines}
              rowKey={(line) => `${line.period.label} ${line.key}`}
              sortable={false}
              empty="Nothing would be charged."
            />
          </>
        )}
      </QueryView>
    </div>
  );
}

/** What a month of the plan would cost with other figures; the engine computes it. */
export function Calculator({ plan }: { plan: Plan }) {
  const reader = useReader();
  const fields = useMemo(() => fieldsOf(plan, (value) => formatDecimal(value, reader)), [plan, reader]);
  const [values, setValues] = useState<Record<string, string>>({});
  const request = useMemo(() => requestOf(plan, fields, values), [plan, fields, values]);
  const [settled] = useDebouncedValue(request, 250);
  return (
    <Section title="What would it cost?">
      {fields.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing about this plan depends on use.
        </Text>
      ) : (
        <div className={classes.fields}>
          {fields.map((field) => (
            <FigureField
              key={field.id}
              field={field}
              value={values[field.id] ?? field.initial}
              change={(value) => {
                setValues((before) => ({ ...before, [field.id]: value }));
              }}
            />
          ))}
        </div>
      )}
      <Quote plan={plan} request={settled} />
    </Section>
  );
}
