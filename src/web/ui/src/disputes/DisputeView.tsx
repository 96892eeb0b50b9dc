import { Badge, Text } from '@mantine/core';
import type { Schemas } from '@/shared/api/client';
import type { Fact } from '@/shared/ui/FactList';
import { Instant, Money } from '@/shared/ui/Money';

export type Dispute = Schemas['Dispute'];
export type DisputeState = Dispute['state'];

const looks: Record<DisputeState, { color: string; meaning: string }> = {
  open: { color: 'orange', meaning: 'nobody has decided yet; its amount is not overdue' },
  credited: { color: 'green', meaning: 'a credit note gave it back' },
  refused: { color: 'red', meaning: 'the document stands as it is' },
  withdrawn: { color: 'gray', meaning: 'the customer took it back' },
};

export const disputeStates = ['open', 'credited', 'refused', 'withdrawn'] as const satisfies DisputeState[];

export function DisputeBadge({ state }: { state: DisputeState }) {
  const { color, meaning } = looks[state];
  return (
    <Badge color={color} title={meaning}>
      {state}
    </Badge>
  );
}

/** What of a document is disputed: "line 2", "the whole document". */
export function subjectOf({ line }: Pick<Dispute, 'line'>): string {
  return line === null ? 'the whole document' : `line ${String(line)}`;
}

/** What is disputed, with what the line is for. */
export function DisputeSubject({ dispute }: { dispute: Dispute }) {
  return (
    <>
      {subjectOf(dispute)}
      {dispute.description === null ? null : (
        <Text size="xs" c="dimmed" className="breakable" component="span" display="block">
          {dispute.description}
        </Text>
      )}
    </>
  );
}

/** What was said and decided about a dispute. */
export function factsOf(dispute: Dispute): Fact[] {
  const { amount, held, currency, message, settled_at: settledAt, settled_by: settledBy, reason } = dispute;
  return [
    { label: 'Message', value: message },
    { label: 'Disputed', value: <Money amount={amount} currency={currency} /> },
    { label: 'Not overdue meanwhile', value: <Money amount={held} currency={currency} /> },
    {
      label: 'Opened',
      value: (
        <>
          <Instant at={dispute.opened_at} /> by {dispute.opened_by}
        </>
      ),
    },
    ...(settledAt === null
      ? []
      : [
          {
            label: 'Settled',
            value: (
              <>
                <Instant at={settledAt} />
                {settledBy === null ? '' : ` by ${settledBy}`}
              </>
            ),
          },
        ]),
    ...(reason === null ? [] : [{ label: 'Why', value: reason }]),
  ];
}
