import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/shared/api/client';

/** Ids of the engines that issue documents, in the order of the configuration. */
export function useIssuingEngines(): string[] {
  const engines = useQuery({
    queryKey: ['engines'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/engines', { signal })),
  });
  return engines.data?.items.filter((engine) => engine.issues).map((engine) => engine.id) ?? [];
}
