import { ActionIcon, Button, Input, NativeSelect, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useId } from 'react';
import {
  type BudgetDraft,
  isTwice,
  newBudget,
  newThreshold,
  type ThresholdDraft,
  wrongThreshold,
} from './budgetDraft';
import { budgetsMax, thresholdsMax, wrongIn } from './budgetRules';
import classes from './BudgetFields.module.css';

/** Error of a figure, once something was typed. */
function shownError(value: string, wrong: string | undefined): string | undefined {
  return value === '' ? undefined : wrong;
}

interface ThresholdFieldsProps {
  threshold: ThresholdDraft;
  all: ThresholdDraft[];
  name: string;
  currency: string;
  disabled: boolean;
  onChange: (threshold: ThresholdDraft) => void;
  onRemove: () => void;
}

function ThresholdFields({
  threshold,
  all,
  name,
  currency,
  disabled,
  onChange,
  onRemove,
}: ThresholdFieldsProps) {
  const { on, kind, value } = threshold;
  return (
    <div className={classes.threshold}>
      <TextInput
        aria-label={`Figure of ${name}`}
        inputMode="decimal"
        disabled={disabled}
        value={value}
        error={shownError(value, wrongThreshold(threshold, all))}
        onChange={(event) => {
          onChange({ ...threshold, value: event.currentTarget.value.trim() });
        }}
      />
      <NativeSelect
        aria-label={`Unit of ${name}`}
        disabled={disabled}
        data={[
          { value: 'percent', label: '%' },
          { value: 'amount', label: currency },
        ]}
        value={kind}
        onChange={(event) => {
          onChange({ ...threshold, kind: event.currentTarget.value === 'amount' ? 'amount' : 'percent' });
        }}
      />
      <NativeSelect
        aria-label={`What ${name} is on`}
        disabled={disabled}
        data={[
          { value: 'actual', label: 'are spent' },
          { value: 'forecast', label: 'are forecast' },
        ]}
        value={on}
        onChange={(event) => {
          onChange({ ...threshold, on: event.currentTarget.value === 'forecast' ? 'forecast' : 'actual' });
        }}
      />
      {disabled ? null : (
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${name}`} onClick={onRemove}>
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}

interface BudgetProps {
  budget: BudgetDraft;
  all: BudgetDraft[];
  refused: string | undefined;
  position: number;
  currencies: string[];
  charges: Choice[];
  disabled: boolean;
  onChange: (budget: BudgetDraft) => void;
  onRemove: () => void;
}

function OneBudget({
  budget,
  all,
  refused,
  position,
  currencies,
  charges,
  disabled,
  onChange,
  onRemove,
}: BudgetProps) {
  const { amount, currency, charge, thresholds } = budget;
  const name = `budget ${String(position)}`;
  const errorId = useId();
  const choices = charges.some(({ value }) => value === charge)
    ? charges
    : [...charges, ...(charge === '' ? [] : [{ value: charge, label: charge }])];
  const change = (part: Partial<BudgetDraft>) => {
    onChange({ ...budget, ...part });
  };
  return (
    <fieldset className={classes.budget} aria-describedby={refused === undefined ? undefined : errorId}>
      <legend className="visually-hidden">Budget {String(position)}</legend>
      {refused === undefined ? null : <Input.Error id={errorId}>{refused}</Input.Error>}
      <div className={classes.what}>
        <TextInput
          label="Amount of a month"
          inputMode="decimal"
          disabled={disabled}
          value={amount}
          error={shownError(amount, wrongIn(amount))}
          onChange={(event) => {
            change({ amount: event.currentTarget.value.trim() });
          }}
        />
        <NativeSelect
          label="Currency"
          disabled={disabled}
          data={currencies}
          value={currency}
          onChange={(event) => {
            change({ currency: event.currentTarget.value });
          }}
        />
        <NativeSelect
          label="For"
          disabled={disabled}
          data={[{ value: '', label: 'All charges' }, ...choices]}
          value={charge}
          error={isTwice(budget, all) ? 'there is a budget for that' : undefined}
          onChange={(event) => {
            change({ charge: event.currentTarget.value });
          }}
        />
      </div>
      <div>
        <Text size="sm" fw={500} mb={4}>
          Told when
        </Text>
        <div className={classes.thresholds}>
          {thresholds.map((threshold, index) => (
            <ThresholdFields
              key={threshold.id}
              threshold={threshold}
              all={thresholds}
              name={`threshold ${String(index + 1)} of ${name}`}
              currency={currency}
              disabled={disabled}
              onChange={(changed) => {
                change({ thresholds: thresholds.map((one) => (one.id === changed.id ? changed : one)) });
              }}
              onRemove={() => {
                change({ thresholds: thresholds.filter(({ id }) => id !== threshold.id) });
              }}
            />
          ))}
          {thresholds.length === 0 ? (
            <Text size="sm" c="dimmed">
              Never: the budget is only shown.
            </Text>
          ) : null}
        </div>
      </div>
      {disabled ? null : (
        <div className={classes.actions}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={`Add a threshold to ${name}`}
            disabled={thresholds.length >= thresholdsMax}
            onClick={() => {
              change({ thresholds: [...thresholds, newThreshold()] });
            }}
          >
            Add a threshold
          </Button>
          <Button size="xs" variant="default" aria-label={`Remove the ${name}`} onClick={onRemove}>
            Remove the budget
          </Button>
        </div>
      )}
    </fieldset>
  );
}

interface Choice {
  value: string;
  label: string;
}

interface BudgetFieldsProps {
  budgets: BudgetDraft[];
  onChange: (budgets: BudgetDraft[]) => void;
  /** What the server refused of them. */
  refused: ReadonlyMap<BudgetDraft, string>;
  currencies: string[];
  charges: Choice[];
  disabled: boolean;
}

/** Budgets of a month with the thresholds that are told. */
export function BudgetFields({
  budgets,
  onChange,
  refused,
  currencies,
  charges,
  disabled,
}: BudgetFieldsProps) {
  const [first] = currencies;
  return (
    <div className={classes.budgets}>
      {budgets.map((budget, index) => (
        <OneBudget
          key={budget.id}
          budget={budget}
          all={budgets}
          refused={refused.get(budget)}
          position={index + 1}
          currencies={currencies}
          charges={charges}
          disabled={disabled}
          onChange={(changed) => {
            onChange(budgets.map((one) => (one.id === changed.id ? changed : one)));
          }}
          onRemove={() => {
            onChange(budgets.filter(({ id }) => id !== budget.id));
          }}
        />
      ))}
      {budgets.length === 0 ? (
        <Text size="sm" c="dimmed">
          {first === undefined ? 'There is no subscription yet.' : 'None is set.'}
        </Text>
      ) : null}
      {disabled || first === undefined ? null : (
        <div>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={budgets.length >= budgetsMax}
            onClick={() => {
              onChange([...budgets, newBudget(first)]);
            }}
          >
            Add a budget
          </Button>
        </div>
      )}
    </div>
  );
}
