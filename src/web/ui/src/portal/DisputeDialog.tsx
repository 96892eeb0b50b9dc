import { Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { answer, api } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { isDecimal, sign } from '@/shared/format/decimal';
import { Choice } from '@/shared/ui/Choice';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import type { Document } from './DocumentView';
import { customerKey } from './queries';

const messageMax = 4000;
const whole = '';

interface DisputeDialogProps {
  customer: string;
  number: string;
  document: Document;
  /** The line to begin with, from 1; null: the document as a whole. */
  line: number | null;
  onClose: () => void;
}

function isAmount(text: string): boolean {
  return isDecimal(text) && sign(text) > 0;
}

/** Says what of an invoice the customer does not agree to. */
export function DisputeDialog({ customer, number, document, line, onClose }: DisputeDialogProps) {
  const [subject, setSubject] = useState(line === null ? whole : String(line));
  const [amount, setAmount] = useState('');
  const [message, setMessage] = useState('');
  const open = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/disputes', {
          params: { path: { customer }, header: { 'Idempotency-Key': key } },
          body: {
            document: number,
            line: subject === whole ? null : +subject,
            amount: amount === '' ? null : amount,
            message: message.trim(),
          },
        }),
      ),
    {
      done: () => 'Your dispute is with us: until it is decided, its amount is not overdue',
      changes: [customerKey(customer)],
      after: onClose,
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    open.mutate(null);
  };
  const complete = message.trim() !== '' && (amount === '' || isAmount(amount));
  return (
    <Modal opened onClose={onClose} title={`Dispute ${number}`}>
      <form onSubmit={submit}>
        <Stack>
          <Choice
            label="What of it"
            value={subject}
            onChange={setSubject}
            data={[
              { value: whole, label: 'The whole document' },
              ...document.lines.map(({ description }, index) => ({
                value: String(index + 1),
                label: `Line ${String(index + 1)}: ${description}`,
              })),
            ]}
          />
          <Textarea
            data-autofocus
            label="What is wrong"
            required
            withAsterisk={false}
            rows={4}
            maxLength={messageMax}
            value={message}
            onChange={(event) => {
              setMessage(event.currentTarget.value);
            }}
          />
          <TextInput
            label={`Amount, ${document.currency}`}
            description={
              subject === whole
                ? 'Of the total. Empty: all that may still be disputed'
                : 'Of the line as it is printed. Empty: all that may still be disputed'
            }
            inputMode="decimal"
            value={amount}
            error={amount === '' || isAmount(amount) ? undefined : 'an amount such as 40.00'}
            onChange={(event) => {
              setAmount(event.currentTarget.value.trim());
            }}
          />
          <DialogFoot label="Open the dispute" disabled={!complete} action={open} onLeave={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
