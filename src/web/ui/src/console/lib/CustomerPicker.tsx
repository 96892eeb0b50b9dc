import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/shared/api/client';
import { Suggest } from '@/shared/ui/Suggest';

interface CustomerPickerProps {
  label: string;
  description?: string;
  value: string;
  onChange: (key: string) => void;
}

/** The key of a customer, found while typing. */
export function CustomerPicker({ value, ...field }: CustomerPickerProps) {
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
  const data = found.data?.items.map(({ key, name }) => ({ value: key, label: name })) ?? [];
  return <Suggest {...field} value={value} data={data} />;
}
