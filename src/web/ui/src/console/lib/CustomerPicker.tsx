import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/shared/api/client';

interface CustomerPickerProps {
  label: string;
  description?: string;
  value: string;
  onChange: (key: string) => void;
}

/** The key of a customer, found while typing. */
export function CustomerPicker({ label, description, value, onChange }: CustomerPickerProps) {
  const [q] = useDebouncedValue(value, 250);
  const found = useQuery({
    queryKey: ['customers', 'picker', q],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/customers', {
          params: { query: { ...(q === '' ? {} : { q }), limit: 10 } },
          signal,
        }),
      ),
  });
  const names = new Map(found.data?.items.map((customer) => [customer.key, customer.name]));
  return (
    <Autocomplete
      label={label}
      description={description}
      value={value}
      onChange={onChange}
      data={[...names.keys()]}
      filter={({ options }) => options}
      renderOption={({ option }) => `${option.value} · ${names.get(option.value) ?? ''}`}
      autoComplete="off"
    />
  );
}
