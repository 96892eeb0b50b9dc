import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { FactList } from '@/shared/ui/FactList';

type Result = Schemas['BankImport'];

function isCsv(file: File): boolean {
  return /\.(csv|txt)$/i.test(file.name);
}

/** Sends the file as it is: its encoding is the server's to read. */
function send(file: File, key: string): Promise<Result> {
  return answer(
    api.POST('/api/v1/bank/statements', {
      params: { query: { name: file.name }, header: { 'Idempotency-Key': key } },
      headers: { 'Content-Type': isCsv(file) ? 'text/csv' : 'application/xml' },
      body: file.name,
      bodySerializer: () => file,
    }),
  );
}

function Read({ result }: { result: Result }) {
  return (
    <FactList
      facts={[
        { label: 'Transactions', value: String(result.entries) },
        { label: 'Booked as payments', value: String(result.booked) },
        { label: 'For a person to look at', value: String(result.open) },
        { label: 'No payments of customers', value: String(result.aside) },
        { label: 'Read before', value: String(result.known) },
        { label: 'Not booked by the bank yet', value: String(result.pending) },
      ]}
    />
  );
}

/** Reads a statement of the bank and says what became of it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const read = useAction(send, { done: () => null });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) read.mutate(file);
  };
  return (
    <Modal opened onClose={onClose} title={read.data ? 'The statement is read' : 'Import a statement'}>
      {read.data ? (
        <Stack>
          <Read result={read.data} />
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              Close
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              type="file"
              label="File of the bank"
              description="CAMT.053 (XML) or CSV; at most 4 MB"
              accept=".xml,.csv,.txt,.053,.camt"
              required
              withAsterisk={false}
              onChange={(event) => {
                setFile(event.currentTarget.files?.[0] ?? null);
              }}
            />
            <Text size="sm" c="dimmed">
              It is read all or nothing. What is surely a payment of a customer is booked; the rest comes to
              the work list. Transactions that were read before change nothing.
            </Text>
            <DialogFoot label="Import" disabled={file === null} action={read} onLeave={onClose} />
          </Stack>
        </form>
      )}
    </Modal>
  );
}
