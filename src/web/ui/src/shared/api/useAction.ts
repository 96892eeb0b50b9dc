import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIdempotencyKey } from '@/shared/api/idempotency';
import { done as say } from '@/shared/ui/notify';

interface ActionOptions<T> {
  /** Said when it is done; null says nothing. */
  done: (result: T) => string | null;
  /** What query keys begin with whose data it changes; by default all are fetched again. */
  changes?: (string | readonly string[])[];
  after?: (result: T) => void;
}

/** Something a person does once, under an idempotency key. `begin` forgets what became of the last attempt. */
export function useAction<V, T>(
  act: (input: V, idempotencyKey: string) => Promise<T>,
  options: ActionOptions<T>,
) {
  const queries = useQueryClient();
  const idempotency = useIdempotencyKey();
  const mutation = useMutation({
    mutationFn: (input: V) => act(input, idempotency.key),
    onError: idempotency.renewAfter,
    onSuccess(result) {
      idempotency.renew();
      for (const each of options.changes ?? ['']) {
        void queries.invalidateQueries(each === '' ? {} : { queryKey: [each].flat() });
      }
      const message = options.done(result);
      if (message !== null) say(message);
      options.after?.(result);
    },
  });
  return { ...mutation, begin: mutation.reset };
}
