import { Badge } from '@mantine/core';
import type { Schemas } from '@/shared/api/client';

type State = Schemas['InvoiceState'];

const looks: Record<State, { color: string; text: string; meaning: string }> = {
  open: { color: 'blue', text: 'open', meaning: 'a part is not paid and not due yet' },
  overdue: { color: 'red', text: 'overdue', meaning: 'a part is not paid, and was due before today' },
  paid: { color: 'green', text: 'paid', meaning: 'nothing is left to pay' },
  void: { color: 'gray', text: 'void', meaning: 'a credit note took it back' },
  credit: { color: 'teal', text: 'credit', meaning: 'a credit note; its amount went to the balance' },
  shown: { color: 'gray', text: 'shown', meaning: 'costs for information; nothing of it is to be paid' },
};

export function InvoiceStateBadge({ state }: { state: State }) {
  const { color, text, meaning } = looks[state];
  return (
    <Badge color={color} title={meaning}>
      {text}
    </Badge>
  );
}
