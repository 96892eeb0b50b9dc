import { Alert, Badge, Button, Checkbox, List, NumberInput, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useState } from 'react';
import { useMay } from '@/app/session';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { DataTable } from '@/shared/ui/DataTable';
import { Instant } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { Empty, Failure, QueryView } from '@/shared/ui/states';
import { Filters } from '@/shared/ui/Filters';
import { useAction } from '@/shared/api/useAction';

type Verification = Schemas['Verification'];
type Check = Verification['checks'][number];

function Start({ running }: { running: boolean }) {
  const [recompute, setRecompute] = useState(false);
  const [sample, setSample] = useState<number | null>(null);
  const start = useAction(
    () =>
      answer(
        api.POST('/api/v1/verify', {
          body: { recompute, ...(recompute && sample !== null ? { sample } : {}) },
        }),
      ),
    { done: () => 'The verification has begun', changes: ['verify'] },
  );
  return (
    <>
      <Filters>
        <Checkbox
          label="Compute totals and billed periods again"
          checked={recompute}
          style={{ flexBasis: '20rem' }}
          onChange={(event) => {
            setRecompute(event.currentTarget.checked);
          }}
        />
        {recompute ? (
          <NumberInput
            label="Of so many customers"
            description="Empty: all"
            min={1}
            allowDecimal={false}
            value={sample ?? ''}
            onChange={(value) => {
              setSample(typeof value === 'number' ? value : null);
            }}
          />
        ) : null}
        <Button
          disabled={running}
          loading={start.isPending}
          onClick={() => {
            start.mutate(null);
          }}
        >
          Verify now
        </Button>
      </Filters>
      {start.error ? <Failure error={start.error} /> : null}
    </>
  );
}

const column = createColumnHelper<Check>();

function Checked({ check }: { check: Check }) {
  const { locale } = useReader();
  return (
    <span className="tabular">
      {check.checked.toLocaleString(locale)} {check.unit}
    </span>
  );
}

const columns = [
  column.accessor('claim', {
    header: 'Claim',
    cell: ({ row: { original } }) => (
      <>
        {original.claim}
        <Text size="xs" c="dimmed" component="span" display="block">
          {original.check}, {original.invariant}
        </Text>
      </>
    ),
  }),
  column.accessor('holds', {
    header: 'Holds',
    cell: ({ row: { original } }) =>
      original.holds ? (
        <Badge color="green">holds</Badge>
      ) : (
        <Badge color="red">{original.wrong_total} wrong</Badge>
      ),
  }),
  column.accessor('checked', {
    header: 'Looked at',
    meta: { numeric: true, wideOnly: true },
    cell: ({ row }) => <Checked check={row.original} />,
  }),
];

function CheckDetail({ check }: { check: Check }) {
  return (
    <List size="sm">
      {check.wrong.map((row) => (
        <List.Item key={row}>{row}</List.Item>
      ))}
      {check.remarks.map((remark) => (
        <List.Item key={remark}>{remark}</List.Item>
      ))}
    </List>
  );
}

function VerificationState({ verification }: { verification: Verification }) {
  const { locale } = useReader();
  if (verification.state === 'none')
    return <Empty title="Not verified yet">Nobody has asked this daemon to.</Empty>;
  const { done, total } = verification;
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {verification.state === 'running' ? (
          <>
            <Badge color="blue">running</Badge> {verification.step ?? ''}: {done.toLocaleString(locale)}
            {total === null ? '' : ` of ${total.toLocaleString(locale)}`}
          </>
        ) : verification.holds === true ? (
          <Badge color="green">everything holds</Badge>
        ) : verification.holds === false ? (
          <Badge color="red">something is wrong</Badge>
        ) : (
          <Badge color="orange">failed</Badge>
        )}{' '}
        by {verification.started_by}
        {verification.started_at === null ? null : (
          <>
            , <Instant at={verification.started_at} />
          </>
        )}
        {verification.recompute ? ', with everything computed again' : ''}
      </Text>
      {verification.state === 'running' && total !== null && total > 0 ? (
        <Progress value={(100 * done) / total} aria-label="Progress of this step" />
      ) : null}
      {verification.error === null ? null : (
        <Alert color="red" title="It failed">
          {verification.error}
        </Alert>
      )}
      {verification.checks.length > 0 ? (
        <DataTable
          label="What was verified"
          columns={columns}
          rows={verification.checks}
          rowKey={(row) => row.check}
          detail={(row) => <CheckDetail check={row} />}
          opens={(row) => row.wrong.length + row.remarks.length > 0}
          sortable={false}
        />
      ) : null}
    </Stack>
  );
}

/** Proofs of what is stored: the last, the one that goes on, and a new one. */
export function VerificationSection() {
  const mayOperate = useMay('operate');
  const verification = useQuery({
    queryKey: ['verify'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/verify', { signal })),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 1000 : 30_000),
  });
  return (
    <Section title="Verification">
      {mayOperate ? <Start running={verification.data?.state === 'running'} /> : null}
      <QueryView query={verification} height={160}>
        {(state) => <VerificationState verification={state} />}
      </QueryView>
    </Section>
  );
}
