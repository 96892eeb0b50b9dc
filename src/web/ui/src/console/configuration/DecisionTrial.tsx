import { Alert, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { Failure } from '@/shared/ui/states';
import { Filters } from '@/shared/ui/Filters';
import type { Edits } from './draft';
import { Choice } from '@/shared/ui/Choice';

type Decisions = Schemas['DecisionFile'];
type Decision = Decisions['decisions'][number];

/** What somebody types for a fact: an empty field is null, the rest goes as it is and is read by the fact's type. */
function factsOf(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

function Outcome({ outcome }: { outcome: Schemas['DecisionOutcome'] }) {
  const { rules_fired: fired, results } = outcome;
  return (
    <Alert color="blue" title={`${outcome.decision}: ${outcome.value}`}>
      {fired.length > 0 ? (
        <Text size="sm">
          {fired.length === 1 ? 'Rule' : 'Rules'} {fired.map((rule) => rule.number).join(', ')} fired.
        </Text>
      ) : null}
      {results.map((result, index) => (
        <Text size="sm" key={index}>
          {result.map(({ output, value }) => `${output} = ${value}`).join(', ')}
        </Text>
      ))}
    </Alert>
  );
}

function topOf(decisions: Decision[]): string | null {
  return decisions.find((decision) => decision.top)?.name ?? decisions[0]?.name ?? null;
}

/** What a decision of the draft makes of facts that somebody types. */
export function DecisionTrial({ file, edits }: { file: string; edits: Edits }) {
  const [draft] = useDebouncedValue(edits, 600);
  const [values, setValues] = useState<Record<string, string>>({});
  const [chosen, setChosen] = useState<string | null>(null);
  const decisions = useQuery({
    queryKey: ['decision-tables', file, draft],
    queryFn: ({ signal }) =>
      answer(api.POST('/api/v1/configuration/decisions/read', { body: { files: draft, file }, signal })),
    placeholderData: (before) => before,
    retry: false,
  });
  const trial = useMutation({
    mutationFn: (decision: string | null) =>
      answer(
        api.POST('/api/v1/configuration/decisions/test', {
          body: { files: edits, file, decision, facts: factsOf(values) },
        }),
      ),
  });
  if (!decisions.data || decisions.data.decisions.length === 0) return null;
  const decision = chosen ?? topOf(decisions.data.decisions);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        trial.mutate(decision);
      }}
    >
      <Stack gap="xs">
        <Title order={3}>Try it</Title>
        <Filters>
          {decisions.data.decisions.length > 1 ? (
            <Choice
              label="Decision"
              value={decision}
              onChange={setChosen}
              data={decisions.data.decisions.map((each) => each.name)}
            />
          ) : null}
          {decisions.data.inputs.map((input) => (
            <TextInput
              key={input.name}
              label={input.name}
              placeholder={input.type}
              value={values[input.name] ?? ''}
              onChange={(event) => {
                setValues({ ...values, [input.name]: event.currentTarget.value });
              }}
            />
          ))}
          <Button type="submit" variant="default" loading={trial.isPending}>
            Decide
          </Button>
        </Filters>
        {trial.error ? <Failure error={trial.error} /> : null}
        {trial.data ? <Outcome outcome={trial.data} /> : null}
      </Stack>
    </form>
  );
}
