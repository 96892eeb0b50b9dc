import { Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { Choice } from '@/shared/ui/Choice';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { CustomerPicker } from '../lib/CustomerPicker';
import { templatesQuery } from './exportTemplates';
import { journalFormats } from './formats';

type Kind = Schemas['NewExport']['kind'];

const kinds: { value: Kind; label: string }[] = [
  { value: 'journal', label: 'Journal' },
  { value: 'focus', label: 'Cost and usage (FOCUS)' },
  { value: 'erp', label: 'Import file of a general ledger' },
];

/** ledger reads what is written for hledger: one chain for both. */
const chainFormats = journalFormats
  .filter(({ value }) => value !== 'ledger')
  .map(({ value, label }) => ({ value, label }));

/** Makes the next export of a chain. */
export function NewExportDialog({ onClose }: { onClose: () => void }) {
  const templates = useQuery(templatesQuery);
  const [kind, setKind] = useState<Kind>('journal');
  const [format, setFormat] = useState('');
  const [customer, setCustomer] = useState('');
  const [entity, setEntity] = useState('');
  const formats =
    kind === 'journal'
      ? chainFormats
      : kind === 'erp'
        ? (templates.data ?? []).map(({ name, title }) => ({ value: name, label: `${title} (${name})` }))
        : [];
  const chosen = formats.find(({ value }) => value === format)?.value ?? formats[0]?.value ?? null;
  const make = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/exports', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            kind,
            format: kind === 'focus' ? null : chosen,
            customer: customer.trim() || null,
            legal_entity: entity.trim() || null,
          },
        }),
      ),
    {
      done: (made) => `Export ${String(made.export)} is made: ${String(made.rows)} entries`,
      changes: ['exports'],
      after: onClose,
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(null);
  };
  return (
    <Modal opened onClose={onClose} title="Hand over what came since the last export">
      <form onSubmit={submit}>
        <Stack>
          <Choice
            label="What"
            value={kind}
            data={kinds}
            onChange={(value) => {
              setKind(kinds.find((one) => one.value === value)?.value ?? 'journal');
            }}
          />
          {kind === 'focus' ? null : (
            <Choice
              label={kind === 'erp' ? 'Template' : 'Format'}
              value={chosen}
              data={formats}
              onChange={setFormat}
            />
          )}
          <CustomerPicker label="Customer" description="Empty: all" value={customer} onChange={setCustomer} />
          <TextInput
            label="Legal entity"
            description="Its id, or default; empty: all"
            value={entity}
            onChange={(event) => {
              setEntity(event.currentTarget.value);
            }}
          />
          <DialogFoot
            label="Make the export"
            disabled={kind !== 'focus' && chosen === null}
            action={make}
            onLeave={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
