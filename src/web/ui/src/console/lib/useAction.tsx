import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIdempotencyKey } from '@/shared/api/idempotency';

interface ActionOptions<T> {
  /** Said when it is done; null says nothing. */
  done: (result: T) => string | null;
  /** Query keys whose data it changes; by default all are fetched again. */
  changes?: string[];
  after?: (result: T) => void;
}

/**
 * Something a person does once. All its attempts carry one idempotency key, which is renewed when it has worked and
 * when `begin` says that something else is meant.
 */
export function useAction<V, T>(
  act: (input: V, idempotencyKey: string) => Promise<T>,
  options: ActionOptions<T>,
) {
  const queries = useQueryClient();
  const { key, renew } = useIdempotencyKey();
  const mutation = useMutation({
    mutationFn: (input: V) => act(input, key),
    onSuccess(result) {
      renew();
      for (const each of options.changes ?? ['']) {
        void queries.invalidateQueries(each === '' ? {} : { queryKey: [each] });
      }
      const message = options.done(result);
      if (message !== null) notifications.show({ message, color: 'green' });
      options.after?.(result);
    },
  });
  return {
    ...mutation,
    begin() {
      renew();
      mutation.reset();
    },
  };
}
