import { TagsInput } from '@mantine/core';

interface AddressesInputProps {
  label: string;
  disabled: boolean;
  value: string[];
  onChange: (addresses: string[]) => void;
  /** What the server refused of them. */
  refused: ReadonlyMap<string, string>;
}

/** Mail addresses, as many as the API takes. */
export function AddressesInput({ value, refused, ...field }: AddressesInputProps) {
  const wrong = value.flatMap((address) => refused.get(address) ?? []);
  return (
    <TagsInput
      {...field}
      description="At most ten addresses; Enter adds one"
      maxTags={10}
      value={value}
      error={wrong.length === 0 ? undefined : wrong.join('; ')}
    />
  );
}
