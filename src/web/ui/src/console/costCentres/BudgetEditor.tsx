import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type BudgetDraft, budgetOf, canBeStored, draftOf } from '@/budgets/budgetDraft';
import { BudgetFields } from '@/budgets/BudgetFields';
import type { Tagged } from '@/shared/api/client';
import { isOutdated, refusedOf } from '@/shared/api/problem';
import { useAction } from '@/shared/api/useAction';
import { AddressesInput } from '@/shared/ui/AddressesInput';
import { Failure } from '@/shared/ui/states';
import {
  type BudgetChoices,
  budgetsQuery,
  type CentreBudgets,
  costCentresKey,
  putBudgets,
} from './costCentreQueries';

interface Draft {
  budgets: BudgetDraft[];
  alsoTo: string[];
}

function filledFrom({ budgets, also_to }: CentreBudgets): Draft {
  return { budgets: budgets.map(draftOf), alsoTo: also_to };
}

/** Whether what is wrong at a member stands at its field. */
function isPlaced(at: string): boolean {
  return at.startsWith('budgets[') || at.startsWith('also_to[');
}

interface BudgetEditorProps {
  title: string;
  /** What the fields begin with. */
  stored: Tagged<CentreBudgets>;
  choices: BudgetChoices;
}

/** What may be spent below a cost centre in a month, and who is told. */
export function BudgetEditor({ title, stored, choices }: BudgetEditorProps) {
  const queries = useQueryClient();
  const [read, setRead] = useState(stored);
  const [draft, setDraft] = useState(() => filledFrom(stored.value));
  const fill = (tagged: Tagged<CentreBudgets>) => {
    setRead(tagged);
    setDraft(filledFrom(tagged.value));
  };
  const store = useAction(
    (sent: Draft) => putBudgets(read, { budgets: sent.budgets.map(budgetOf), also_to: sent.alsoTo }),
    { done: () => `${title}: the budgets are stored`, changes: [costCentresKey], after: fill },
  );
  const reload = useMutation({
    mutationFn: () => queries.fetchQuery({ ...budgetsQuery(read.value.cost_centre), staleTime: 0 }),
    onSuccess: (now) => {
      fill(now);
      store.begin();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    store.mutate(draft);
  };
  const currencies = [
    ...new Set([...choices.currencies, ...read.value.budgets.map(({ currency }) => currency)]),
  ];
  return (
    <form onSubmit={submit}>
      <Stack maw={640}>
        <Text size="sm" c="dimmed">
          Over all customers below it, before coupons and taxes. Each threshold is told once a month, seconds
          after the usage that reaches it.
        </Text>
        <BudgetFields
          budgets={draft.budgets}
          onChange={(budgets) => {
            setDraft({ ...draft, budgets });
          }}
          refused={refusedOf(store.error, 'budgets', store.variables?.budgets ?? [])}
          currencies={currencies}
          charges={choices.charges.map((name) => ({ value: name, label: name }))}
          disabled={false}
        />
        <AddressesInput
          label="Told to"
          disabled={false}
          value={draft.alsoTo}
          onChange={(alsoTo) => {
            setDraft({ ...draft, alsoTo });
          }}
          refused={refusedOf(store.error, 'also_to', store.variables?.alsoTo ?? [])}
        />
        {store.error ? <Failure error={store.error} placed={isPlaced} /> : null}
        {reload.error ? <Failure error={reload.error} /> : null}
        <Group>
          <Button type="submit" loading={store.isPending} disabled={!canBeStored(draft.budgets)}>
            Store the budgets
          </Button>
          {isOutdated(store.error) ? (
            <Button
              variant="default"
              loading={reload.isPending}
              onClick={() => {
                reload.mutate();
              }}
            >
              Show what is stored now
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  );
}
