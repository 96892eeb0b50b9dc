import { Badge } from '@mantine/core';
import type { Delivery, Endpoint, EventKind } from './owner';

const kinds: Record<EventKind, string> = {
  '*': 'anything happens, also what is added later',
  'invoice.issued': 'an invoice is issued',
  'credit_note.issued': 'a credit note is issued',
  'payment.booked': 'a payment is booked, or taken back',
  'showback.issued': 'a showback document is issued',
  'budget.reached': 'a month reaches a threshold of a budget',
  'cost_centre.budget_reached': 'a month of a cost centre reaches a threshold of its budget',
  'dispute.opened': 'somebody disputes a document',
  'dispute.settled': 'a dispute is settled',
  'dunning.reminder': 'an overdue document is reminded of',
  'dunning.suspension_notice': 'a customer is to be suspended',
  'dunning.write_off_proposed': 'an overdue document is proposed to be written off',
  'dunning.ended': 'an overdue document is paid, credited or given up',
  'customer.parked': 'a customer cannot be billed',
  'customer.held': 'documents wait for approval',
  'endpoint.disabled': 'an endpoint is given up',
};

export function wordsOf(kind: EventKind): string {
  return kinds[kind];
}

const states = {
  pending: { text: 'waits', color: 'blue' },
  sent: { text: 'taken', color: 'green' },
  dead: { text: 'given up', color: 'red' },
} as const;

export const deliveryStates = Object.entries(states).map(([value, { text }]) => ({ value, label: text }));

export function DeliveryBadge({ delivery }: { delivery: Delivery }) {
  const { text, color } = states[delivery.state];
  return <Badge color={color}>{text}</Badge>;
}

export function EndpointBadge({ endpoint }: { endpoint: Endpoint }) {
  if (!endpoint.enabled) return <Badge color="gray">disabled</Badge>;
  if (endpoint.failures > 0) return <Badge color="orange">failing</Badge>;
  return <Badge color="green">enabled</Badge>;
}
