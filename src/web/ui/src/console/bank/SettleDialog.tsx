import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { formatMoney } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { FactList } from '@/shared/ui/FactList';
import { Money } from '@/shared/ui/Money';
import { QueryView } from '@/shared/ui/states';
import { Suggest } from '@/shared/ui/Suggest';
import { CustomerPicker } from '../lib/CustomerPicker';
import classes from './SettleDialog.module.css';
import { type BankEntry, type Suggestion, suggestionsFor } from './suggestions';

interface SuggestionsProps {
  entry: BankEntry;
  suggestions: Suggestion[];
  onChoose: (customer: string, document: string) => void;
}

function withoutDocument(documents: Suggestion['documents']) {
  return documents.length === 0 ? 'nothing is open: choose' : 'the oldest first';
}

function Suggestions({ entry, suggestions, onChoose }: SuggestionsProps) {
  const reader = useReader();
  if (suggestions.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nobody is like what the payment says.
      </Text>
    );
  }
  return (
    <ul className={classes.suggestions}>
      {suggestions.map(({ customer, name, documents }) => (
        <li key={customer}>
          <Text size="sm" fw={600}>
            {name}{' '}
            <Text span inherit c="dimmed" fw={400}>
              {customer}
            </Text>
          </Text>
          <Group gap={6}>
            {documents.map(({ number, open_amount: open, exact }) => (
              <Button
                key={number}
                size="compact-xs"
                variant={exact ? 'filled' : 'default'}
                onClick={() => {
                  onChoose(customer, number);
                }}
              >
                {`${number}: ${formatMoney(open, entry.currency, reader)} ${exact ? 'to the cent' : 'open'}`}
              </Button>
            ))}
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`${withoutDocument(documents)}, ${customer}`}
              onClick={() => {
                onChoose(customer, '');
              }}
            >
              {withoutDocument(documents)}
            </Button>
          </Group>
        </li>
      ))}
    </ul>
  );
}

/** Says whose payment an entry is, and books it. */
export function SettleDialog({ entry, onClose }: { entry: BankEntry; onClose: () => void }) {
  const [customer, setCustomer] = useState('');
  const [document, setDocument] = useState('');
  const [asInstructed, setAsInstructed] = useState(false);
  const found = useQuery({
    queryKey: ['bank', 'suggestions', entry.entry],
    queryFn: () => suggestionsFor(entry),
  });
  const settle = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/bank/entries/{entry}/settle', {
          params: { path: { entry: entry.entry }, header: { 'Idempotency-Key': key } },
          body: {
            customer: customer.trim(),
            document: document.trim() || null,
            as_instructed: asInstructed,
          },
        }),
      ),
    { done: (settled) => `Booked as a payment of ${settled.customer ?? customer}`, after: onClose },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    settle.mutate(null);
  };
  const documents = found.data?.find((one) => one.customer === customer)?.documents ?? [];
  return (
    <Modal opened onClose={onClose} title="Whose payment is it?" size="lg">
      <form onSubmit={submit}>
        <Stack>
          <FactList
            facts={[
              { label: 'Amount', value: <Money amount={entry.amount} currency={entry.currency} /> },
              { label: 'From', value: entry.counterparty ?? 'not said' },
              { label: 'Text', value: entry.text || 'none' },
              { label: 'Not sure, because', value: entry.why },
            ]}
          />
          <section aria-label="Suggestions">
            <Text size="sm" fw={500} mb={6}>
              It may be of
            </Text>
            <QueryView query={found} height={90}>
              {(suggestions) => (
                <Suggestions
                  entry={entry}
                  suggestions={suggestions}
                  onChoose={(whose, number) => {
                    setCustomer(whose);
                    setDocument(number);
                  }}
                />
              )}
            </QueryView>
          </section>
          <CustomerPicker label="Customer" value={customer} onChange={setCustomer} />
          <Suggest
            label="Document that it pays"
            description="Empty: the oldest first"
            value={document}
            onChange={setDocument}
            data={documents.map(({ number }) => ({ value: number }))}
          />
          {entry.instructed ? (
            <Checkbox
              label={
                <>
                  Book what was ordered, <Money {...entry.instructed} />, not what came in
                </>
              }
              checked={asInstructed}
              onChange={(event) => {
                setAsInstructed(event.currentTarget.checked);
              }}
            />
          ) : null}
          <DialogFoot
            label="Book the payment"
            disabled={customer.trim() === ''}
            action={settle}
            onLeave={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
