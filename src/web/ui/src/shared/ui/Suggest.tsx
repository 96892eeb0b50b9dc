import { TextInput, type TextInputProps } from '@mantine/core';
import { useId } from 'react';

export interface Suggestion {
  value: string;
  label?: string;
}

interface SuggestProps extends Omit<TextInputProps, 'onChange' | 'value' | 'data'> {
  value: string;
  onChange: (value: string) => void;
  data: Suggestion[];
}

/** A text, with what it may be proposed by the browser's own list. */
export function Suggest({ value, onChange, data, ...field }: SuggestProps) {
  const list = useId();
  return (
    <>
      <TextInput
        {...field}
        list={list}
        autoComplete="off"
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
      <datalist id={list}>
        {data.map(({ value: each, label }) => (
          <option key={each} value={each}>
            {label ?? each}
          </option>
        ))}
      </datalist>
    </>
  );
}
