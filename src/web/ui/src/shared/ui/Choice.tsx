import { NativeSelect, type NativeSelectProps } from '@mantine/core';

interface ChoiceProps extends Omit<NativeSelectProps, 'onChange' | 'value'> {
  value: string | null;
  onChange: (value: string) => void;
}

/** One of several, by the browser's own list. */
export function Choice({ value, onChange, ...field }: ChoiceProps) {
  return (
    <NativeSelect
      {...field}
      value={value ?? ''}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
