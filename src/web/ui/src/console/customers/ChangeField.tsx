import { SegmentedControl, Checkbox, TextInput } from '@mantine/core';
import { useId } from 'react';
import type { Field } from './changeForms';
import classes from './changes.module.css';
import { Choice } from '@/shared/ui/Choice';
import { Suggest } from '@/shared/ui/Suggest';

interface ChangeFieldProps {
  field: Field;
  value: string;
  onChange: (value: string) => void;
  plans: string[];
  documents: string[];
  error?: string | undefined;
}

function WhenField({ field, value, onChange, error }: ChangeFieldProps) {
  const id = useId();
  const fixed = value === 'today' || value === 'period-end';
  return (
    <div className={classes.when}>
      <span id={id} className={classes.label}>
        {field.label}
      </span>
      <SegmentedControl
        aria-labelledby={id}
        value={fixed ? value : 'day'}
        onChange={(choice) => {
          onChange(choice === 'day' ? new Date().toISOString().slice(0, 10) : choice);
        }}
        data={[
          { value: 'today', label: 'Today' },
          { value: 'period-end', label: 'At the period’s end' },
          { value: 'day', label: 'On a day' },
        ]}
      />
      {fixed ? null : (
        <TextInput
          type="date"
          aria-label={`${field.label}: day`}
          value={value}
          error={error}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      )}
      <span className={classes.help}>{field.help}</span>
    </div>
  );
}

/** One member of a change. */
export function ChangeField(props: ChangeFieldProps) {
  const { field, value, onChange, plans, documents, error } = props;
  const named = { label: field.label, description: field.help, required: field.required ?? false, error };
  if (field.choices) {
    return (
      <Choice
        {...named}
        data={field.choices}
        value={value}
        onChange={(next) => {
          onChange(next ?? '');
        }}
      />
    );
  }
  if (field.input === 'when') return <WhenField {...props} />;
  if (field.input === 'plan' || field.input === 'document') {
    return (
      <Suggest
        {...named}
        data={(field.input === 'plan' ? plans : documents).map((each) => ({ value: each }))}
        value={value}
        onChange={onChange}
      />
    );
  }
  if (field.input === 'yes') {
    return (
      <Checkbox
        label={field.label}
        checked={value === 'yes'}
        onChange={(event) => {
          onChange(event.currentTarget.checked ? 'yes' : '');
        }}
      />
    );
  }
  return (
    <TextInput
      {...named}
      type={field.input === 'day' ? 'date' : 'text'}
      inputMode={field.input === 'decimal' ? 'decimal' : field.input === 'integer' ? 'numeric' : undefined}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
