import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIdempotencyKey } from '@/shared/api/idempotency';
import { ApiError } from '@/shared/api/problem';

interface ActionOptions<T> {
  /** Said when it is done; null says nothing. */
  done: (result: T) => string | null;
  /** Query keys whose data it changes; by default all are fetched again. */
  changes?: string[];
  after?: (result: T) => void;
}

/**
 * Something a person does once. Attempts of which nobody knows what became of them carry one idempotency key; it is renewed
 * when it has worked or was refused, and when `begin` says that something else is meant.
 */
export function useAction<V, T>(
  act: (input: V, idempotencyKey: string) => Promise<T>,
  options: ActionOptions<T>,
) {
  const queries = useQueryClient();
  const { key, renew } = useIdempotencyKey();
  const mutation = useMutation({
    mutationFn: (input: V) => act(input, key),
    onError(error) {
      // It was refused, so that nothing was done: whatever is tried next is another thing.
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) renew();
    },
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
