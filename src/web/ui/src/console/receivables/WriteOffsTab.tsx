import { Badge, Group, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { Instant, Money } from '@/shared/ui/Money';
import { Section } from '@/shared/ui/Page';
import { PagedTable } from '@/shared/ui/PagedTable';
import { Empty } from '@/shared/ui/states';
import { Day } from '@/shared/ui/Day';
import { CustomerLink, DocumentLink } from '../lib/links';
import { useWorkList } from '../lib/useWorkList';

type WriteOff = Schemas['WriteOff'];

const states = ['open', 'accepted', 'refused', 'ended'] as const satisfies WriteOff['state'][];
const looks: Record<WriteOff['state'], { color: string; text: string; meaning: string }> = {
  open: { color: 'orange', text: 'open', meaning: 'nobody has decided yet' },
  accepted: { color: 'red', text: 'given up', meaning: 'what was open is booked as given up' },
  refused: { color: 'blue', text: 'refused', meaning: 'the customer goes on owing it' },
  ended: { color: 'gray', text: 'ended', meaning: 'it was settled before anybody decided' },
};

function Accept({ proposal }: { proposal: WriteOff }) {
  const accept = useAction(
    (reason: string, key) =>
      answer(
        api.POST('/api/v1/write-offs/{number}/accept', {
          params: { path: { number: proposal.document }, header: { 'Idempotency-Key': key } },
          body: { reason },
        }),
      ),
    { done: () => `What was open of ${proposal.document} is given up` },
  );
  return (
    <ConfirmAction
      label="Give up"
      accessibleLabel={`Give up ${proposal.document}`}
      title={`Give up what is open of ${proposal.document}`}
      color="red"
      reason={{ label: 'Reason', needed: true }}
      action={accept}
    >
      What is open of it now is booked as given up, and in the journal as less revenue. Refused while
      something of it is disputed.
    </ConfirmAction>
  );
}

function Refuse({ proposal }: { proposal: WriteOff }) {
  const refuse = useAction(
    (reason: string, key) =>
      answer(
        api.POST('/api/v1/write-offs/{number}/refuse', {
          params: { path: { number: proposal.document }, header: { 'Idempotency-Key': key } },
          body: { reason },
        }),
      ),
    { done: () => `${proposal.document} goes on being owed` },
  );
  return (
    <ConfirmAction
      label="Refuse"
      accessibleLabel={`Refuse to give up ${proposal.document}`}
      title={`Go on asking for ${proposal.document}`}
      reason={{ label: 'Reason', needed: true }}
      action={refuse}
    >
      The customer goes on owing it; the chain does nothing more about it.
    </ConfirmAction>
  );
}

const column = createColumnHelper<WriteOff>();

const columns = [
  column.accessor('document', {
    header: 'Document',
    cell: ({ row: { original } }) => <DocumentLink customer={original.customer} number={original.document} />,
  }),
  column.accessor('customer', {
    header: 'Customer',
    cell: (cell) => <CustomerLink customer={cell.getValue()} />,
  }),
  column.accessor('amount', {
    header: 'Amount',
    meta: { numeric: true },
    cell: ({ row: { original } }) => <Money amount={original.amount} currency={original.currency} />,
  }),
  column.accessor('due_on', {
    header: 'Due',
    meta: { wideOnly: true },
    cell: (cell) => <Day day={cell.getValue()} />,
  }),
  column.accessor('proposed_on', {
    header: 'Proposed',
    meta: { wideOnly: true },
    cell: (cell) => <Day day={cell.getValue()} />,
  }),
  column.accessor('state', {
    header: 'State',
    meta: { wideOnly: true },
    cell: ({ row: { original } }) => {
      const { color, text, meaning } = looks[original.state];
      return (
        <>
          <Badge color={color} title={meaning}>
            {text}
          </Badge>
          {original.decided_at === null ? null : (
            <Text size="xs" component="div">
              <Instant at={original.decided_at} />
              {original.decided_by === null ? '' : ` by ${original.decided_by}`}
              {original.reason === null ? '' : `: ${original.reason}`}
            </Text>
          )}
        </>
      );
    },
  }),
];

function action(proposal: WriteOff) {
  return proposal.state === 'open' ? (
    <Group gap={4}>
      <Accept proposal={proposal} />
      <Refuse proposal={proposal} />
    </Group>
  ) : null;
}

/** Documents that dunning proposes to give up: somebody decides. */
export function WriteOffsTab() {
  const { state, choice, table } = useWorkList({
    filter: 'proposals',
    states,
    nameOf: (each) => looks[each].text,
    key: ['receivables', 'write-offs'],
    load: (query, signal) => answer(api.GET('/api/v1/write-offs', { params: { query }, signal })),
    columns,
    action,
  });
  return (
    <Section title={state === 'open' ? 'Work list: is it given up?' : 'Proposals to give up'}>
      {choice}
      <PagedTable
        label="Proposals to give up"
        {...table}
        rowKey={({ document }) => document}
        empty={
          <Empty title={state === 'open' ? 'Nothing to decide' : 'No proposals'}>
            The last step of dunning proposes to give a document up.
          </Empty>
        }
      />
    </Section>
  );
}
