import { Checkbox, Code, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import type { EventKind, Owner, Terms } from './owner';
import classes from './webhooks.module.css';
import { wordsOf } from './words';

interface EndpointFormProps {
  owner: Owner;
  initial: { url: string; events: EventKind[]; description: string };
  button: string;
  pending: boolean;
  error: unknown;
  onSubmit: (terms: Pick<Terms, 'url' | 'events' | 'description'>) => void;
  onLeave: () => void;
}

/** Where to tell what. */
export function EndpointForm({
  owner,
  initial,
  button,
  pending,
  error,
  onSubmit,
  onLeave,
}: EndpointFormProps) {
  const [url, setUrl] = useState(initial.url);
  const [description, setDescription] = useState(initial.description);
  const [all, setAll] = useState(initial.events.includes('*'));
  const [chosen, setChosen] = useState<string[]>(initial.events.filter((kind) => kind !== '*'));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const some = owner.events.filter((kind) => chosen.includes(kind));
    onSubmit({ url: url.trim(), events: all ? ['*'] : some, description: description.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          type="url"
          label="Address"
          description="https://…, on the public internet"
          required
          withAsterisk={false}
          maxLength={2000}
          value={url}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
          }}
        />
        <TextInput
          label="Description"
          description="For people; may be left out"
          maxLength={200}
          value={description}
          onChange={(event) => {
            setDescription(event.currentTarget.value);
          }}
        />
        <fieldset className={classes.events}>
          <legend>It is told when</legend>
          <Stack gap={8}>
            <Checkbox
              label={wordsOf('*')}
              checked={all}
              onChange={(event) => {
                setAll(event.currentTarget.checked);
              }}
            />
            {owner.events.map((kind) => (
              <Checkbox
                key={kind}
                label={
                  <>
                    {wordsOf(kind)} <Code>{kind}</Code>
                  </>
                }
                disabled={all}
                checked={all || chosen.includes(kind)}
                onChange={(event) => {
                  const { checked } = event.currentTarget;
                  setChosen((before) => [
                    ...before.filter((one) => one !== kind),
                    ...(checked ? [kind] : []),
                  ]);
                }}
              />
            ))}
          </Stack>
        </fieldset>
        <Text size="xs" c="dimmed">
          Each request is signed after Standard Webhooks: verify it with the secret.
        </Text>
        <DialogFoot
          label={button}
          disabled={!all && chosen.length === 0}
          action={{ isPending: pending, error }}
          onLeave={onLeave}
        />
      </Stack>
    </form>
  );
}
