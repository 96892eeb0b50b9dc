import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answerWithTag, api, ifMatch } from '@/shared/api/client';
import { isDecimal } from '@/shared/format/decimal';
import { formatMonth } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { done } from '@/shared/ui/notify';
import { type Pool, type PoolMonth, poolMonthQuery } from './allocationQueries';

interface AmountDialogProps {
  pool: Pool;
  /** The month that it is about; null: one is asked for. */
  month: string | null;
  /** What stands there, to begin with. */
  stored: PoolMonth | null;
  onClose: () => void;
  onStored?: (month: string) => void;
}

/** The month before the present one: what bills come for. */
function lastMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** Says what a pool cost in a month, or something else than before. */
export function AmountDialog({ pool, month, stored, onClose, onStored }: AmountDialogProps) {
  const reader = useReader();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(month ?? lastMonth());
  const [amount, setAmount] = useState(stored?.amount ?? '');
  const [note, setNote] = useState(stored?.note ?? '');
  const store = useMutation({
    mutationFn: async () => {
      // The tag of what stands there now: a month that somebody else entered meanwhile is not replaced unseen.
      const before = await queries.fetchQuery(poolMonthQuery(pool.name, chosen));
      if (month === null && before.value.amount !== null) {
        throw new Error(
          `There is an amount for ${formatMonth(chosen, reader)}: replace it on that month's page.`,
        );
      }
      return answerWithTag(
        api.PUT('/api/v1/allocation/pools/{pool}/months/{month}', {
          params: { path: { pool: pool.name, month: chosen }, header: ifMatch(before.etag) },
          body: { amount, note: note.trim() || null },
        }),
      );
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['allocation', pool.name] });
      done(`${pool.title}: the amount of ${formatMonth(chosen, reader)} is stored`);
      onClose();
      onStored?.(chosen);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    store.mutate();
  };
  const divided = stored !== null && stored.divided !== null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={month === null ? `What ${pool.title} cost` : `${pool.title}, ${formatMonth(month, reader)}`}
    >
      <form onSubmit={submit}>
        <Stack>
          {month === null ? (
            <TextInput
              type="month"
              label="Month"
              required
              withAsterisk={false}
              value={chosen}
              onChange={(event) => {
                setChosen(event.currentTarget.value);
              }}
            />
          ) : null}
          <TextInput
            data-autofocus
            label={`Amount, ${pool.currency}`}
            inputMode="decimal"
            required
            withAsterisk={false}
            value={amount}
            error={amount === '' || isDecimal(amount) ? undefined : 'an amount such as 10000.00'}
            onChange={(event) => {
              setAmount(event.currentTarget.value.trim());
            }}
          />
          <TextInput
            label="Note"
            description="For people, such as the supplier's invoice; may be left out"
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
            }}
          />
          <Text size="sm" c="dimmed">
            {divided
              ? 'The month is divided: the next run divides the new amount in the same proportions, and the difference comes with the customers’ next documents.'
              : `The next run of ${pool.engine} behind the month divides it.`}
          </Text>
          <DialogFoot
            label="Store the amount"
            disabled={!isDecimal(amount) || !/^\d{4}-\d{2}$/.test(chosen)}
            action={store}
            onLeave={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
