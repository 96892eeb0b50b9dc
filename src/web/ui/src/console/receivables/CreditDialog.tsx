import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Dispute, factsOf } from '@/disputes/DisputeView';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { isDecimal } from '@/shared/format/decimal';
import { formatMoney } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Choice } from '@/shared/ui/Choice';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { FactList } from '@/shared/ui/FactList';
import { QueryView } from '@/shared/ui/states';

interface LineAmountsProps {
  dispute: Dispute;
  /** By number of the line, as typed. */
  amounts: Record<number, string>;
  onChange: (amounts: Record<number, string>) => void;
}

/** What is given back of each line of a document that is disputed as a whole. */
function LineAmounts({ dispute, amounts, onChange }: LineAmountsProps) {
  const reader = useReader();
  const { customer, document: number, currency } = dispute;
  const query = useQuery({
    queryKey: ['invoices', customer, 'document', number],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers/{customer}/invoices/{number}', {
          params: { path: { customer, number } },
          signal,
        }),
      ),
  });
  return (
    <section aria-label="Lines to credit">
      <Text size="sm" c="dimmed" mb="xs">
        Leave all empty to credit every line in full, which only a document that is disputed in full can be.
      </Text>
      <QueryView query={query} height={160}>
        {({ document }) => (
          <Stack gap="xs">
            {document.lines.map(({ description, amount }, index) => {
              const line = index + 1;
              const typed = amounts[line] ?? '';
              return (
                <TextInput
                  key={line}
                  label={`Line ${String(line)}: ${description}`}
                  description={`of ${formatMoney(amount, currency, reader)}`}
                  inputMode="decimal"
                  value={typed}
                  error={typed === '' || isDecimal(typed) ? undefined : 'an amount such as 40.00'}
                  onChange={(event) => {
                    onChange({ ...amounts, [line]: event.currentTarget.value.trim() });
                  }}
                />
              );
            })}
          </Stack>
        )}
      </QueryView>
    </section>
  );
}

type Nature = NonNullable<Schemas['DisputeCredit']['nature']>;

/** Settles a dispute by a credit note. */
export function CreditDialog({ dispute, onClose }: { dispute: Dispute; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [nature, setNature] = useState<Nature>('concession');
  const [amounts, setAmounts] = useState<Record<number, string>>({});
  const lines = Object.entries(amounts)
    .filter(([, amount]) => amount !== '')
    .map(([line, amount]) => ({ line: +line, amount }));
  const credit = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/disputes/{dispute}/credit', {
          params: {
            path: { customer: dispute.customer, dispute: dispute.dispute },
            header: { 'Idempotency-Key': key },
          },
          body: { reason: reason.trim(), nature, lines: lines.length === 0 ? null : lines },
        }),
      ),
    {
      done: ({ credit_note: number }) => `Credited by ${number ?? 'a credit note'}`,
      after: onClose,
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    credit.mutate(null);
  };
  return (
    <Modal opened onClose={onClose} title={`Credit the dispute of ${dispute.document}`} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <FactList facts={factsOf(dispute)} />
          {dispute.line === null ? (
            <LineAmounts dispute={dispute} amounts={amounts} onChange={setAmounts} />
          ) : null}
          <TextInput
            data-autofocus
            label="Reason"
            description="Printed on the credit note"
            required
            withAsterisk={false}
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <Choice
            label="It is"
            value={nature}
            onChange={(value) => {
              setNature(value === 'correction' ? 'correction' : 'concession');
            }}
            data={[
              { value: 'concession', label: 'a concession: the document was right' },
              { value: 'correction', label: 'a correction: the document was wrong' },
            ]}
          />
          <DialogFoot
            label="Issue the credit note"
            disabled={reason.trim() === '' || lines.some(({ amount }) => !isDecimal(amount))}
            action={credit}
            onLeave={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
