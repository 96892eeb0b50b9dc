import { Alert, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { outcomeSaid } from './Quarantine';

/**
 * JSON with each member on its own line, every character of strings and numbers as it was: reading and writing it again
 * would round long numbers.
 */
export function readable(json: string): string {
  let depth = 0;
  let inString = false;
  let text = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let at = 0; at < json.length; ++at) {
    const character = json.charAt(at);
    if (inString) {
      text += character;
      if (character === '\\') text += json.charAt(++at);
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
      text += character;
    } else if (character === '{' || character === '[') {
      ++depth;
      text += character + line();
    } else if (character === '}' || character === ']') {
      --depth;
      text = /[{[]\s*$/.test(text) ? text.trimEnd() + character : text + line() + character;
    } else if (character === ',') {
      text += `,${line()}`;
    } else if (character === ':') {
      text += ': ';
    } else if (!/\s/.test(character)) {
      text += character;
    }
  }
  return text;
}

function mistakeIn(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : 'An event is an object.';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface RepairDialogProps {
  event: Schemas['QuarantinedEvent'];
  onClose: () => void;
}

const blank = '{"specversion": "1.0", "id": "", "source": "", "type": "", "subject": "", "data": {}}';

/** Edits an event in quarantine and delivers it. */
export function RepairDialog({ event, onClose }: RepairDialogProps) {
  const [text, setText] = useState(() => readable(event.content ?? blank));
  const [why, setWhy] = useState('');
  const mistake = mistakeIn(text);
  const repair = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/quarantine/{id}/repair', {
          params: { path: { id: event.id }, header: { 'Idempotency-Key': key } },
          // Sent as it was typed: numbers of an event are not read here.
          body: { event: {}, ...(why.trim() === '' ? {} : { why: why.trim() }) },
          bodySerializer: () =>
            `{"event": ${text}${why.trim() === '' ? '' : `, "why": ${JSON.stringify(why.trim())}`}}`,
        }),
      ),
    {
      done: (outcome) => (outcome.outcome === 'refused' ? null : outcomeSaid(outcome)),
      after: (outcome) => {
        if (outcome.outcome !== 'refused') onClose();
      },
    },
  );
  const refused = repair.data?.outcome === 'refused' ? repair.data.reason : null;
  return (
    <Modal opened onClose={onClose} title={`Repair event ${event.event_id}`} size="lg">
      <form
        onSubmit={(submit) => {
          submit.preventDefault();
          repair.mutate(null);
        }}
      >
        <Stack>
          <Alert color="orange" title="Why it could not be counted">
            {event.reason}
          </Alert>
          <Textarea
            label="Event"
            description="A CloudEvent as JSON, as it should have been"
            autosize
            minRows={8}
            maxRows={24}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            value={text}
            error={mistake}
            data-autofocus
            onChange={(change) => {
              setText(change.currentTarget.value);
              repair.begin();
            }}
          />
          <TextInput
            label="Why"
            description="For the audit log"
            value={why}
            onChange={(change) => {
              setWhy(change.currentTarget.value);
            }}
          />
          {refused === null ? null : (
            <Alert color="red" title="It still cannot be counted" role="alert">
              {refused}
            </Alert>
          )}
          <DialogFoot
            label="Deliver the repaired event"
            disabled={mistake !== null}
            action={repair}
            onLeave={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
