import { Alert, Stack, Text, Title } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import type { Schemas } from '@/shared/api/client';
import { sign } from '@/shared/format/decimal';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant, Money } from '@/shared/ui/Money';
import { SignedMoney } from '../configuration/ImpactResult';
import { FactList } from '@/shared/ui/FactList';

type Preview = Schemas['ChangePreview'];
type Effect = Preview['currencies'][number];

function MoneyChange({ change, currency }: { change: Schemas['MoneyChange']; currency: string }) {
  if (sign(change.difference) === 0) return <Money amount={change.after} currency={currency} />;
  return (
    <>
      <Money amount={change.before} currency={currency} /> →{' '}
      <Money amount={change.after} currency={currency} />
      <br />
      <SignedMoney amount={change.difference} currency={currency} />
    </>
  );
}

const column = createColumnHelper<Effect['charges'][number]>();

function chargeColumns(currency: string) {
  return [
    column.accessor('description', {
      header: 'Charge',
      cell: ({ row: { original } }) => (
        <>
          {original.description}
          <Text size="xs" c="dimmed">
            {original.period}
            {original.true_up ? ', true-up' : ''}
          </Text>
        </>
      ),
    }),
    column.accessor('interim', {
      header: 'So far',
      meta: { numeric: true },
      cell: (cell) => <MoneyChange change={cell.getValue()} currency={currency} />,
    }),
    column.accessor('expected', {
      header: 'At the period’s end',
      meta: { numeric: true, wideOnly: true },
      cell: (cell) => <MoneyChange change={cell.getValue()} currency={currency} />,
    }),
  ];
}

function EffectView({ effect }: { effect: Effect }) {
  const { currency } = effect;
  const moved = effect.charges.filter(
    (charge) => sign(charge.interim.difference) !== 0 || sign(charge.expected.difference) !== 0,
  );
  return (
    <Stack gap="sm">
      <FactList
        facts={[
          { label: 'Interim invoice', value: <MoneyChange change={effect.interim} currency={currency} /> },
          {
            label: 'Expected at the period’s end',
            value: <MoneyChange change={effect.expected} currency={currency} />,
          },
          { label: 'Balance', value: <MoneyChange change={effect.balance} currency={currency} /> },
        ]}
      />
      {moved.length > 0 ? (
        <DataTable
          label={`Charges in ${currency} that differ`}
          columns={chargeColumns(currency)}
          rows={moved}
          rowKey={(row) =>
            `${row.period} ${row.plan ?? ''} ${row.charge} ${row.starts_on} ${row.description}`
          }
          sortable={false}
        />
      ) : null}
    </Stack>
  );
}

/** What a change would do, in money. */
export function ChangeEffect({ preview }: { preview: Preview }) {
  return (
    <Stack role="status">
      <Title order={3}>What it would do</Title>
      <Text size="sm">
        {preview.summary}
        {preview.changed ? '' : ' It is so already: nothing would change.'}
      </Text>
      {preview.parked_after === null ? null : (
        <Alert color="red" title="The customer could not be billed then">
          {preview.parked_after}
        </Alert>
      )}
      {preview.reopened.length > 0 ? (
        <Alert color="blue" title="Billed periods become due again">
          {preview.reopened.join(', ')}: the next document carries the difference.
        </Alert>
      ) : null}
      {preview.currencies.map((effect) => (
        <EffectView key={effect.currency} effect={effect} />
      ))}
      <Text size="xs" c="dimmed">
        As of <Instant at={preview.as_of} />; nothing is stored yet.
      </Text>
    </Stack>
  );
}
