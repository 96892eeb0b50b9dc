import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, answerWithTag, api, type Schemas } from '@/shared/api/client';

export type FileKind = Schemas['ConfigurationFileKind'];

/** The active version and its ETag. Asked again now and then, since others may apply one. */
export const activeConfiguration = queryOptions({
  queryKey: ['configuration', 'active'],
  queryFn: ({ signal }) => answerWithTag(api.GET('/api/v1/configuration', { signal })),
  refetchInterval: 20_000,
});

/** A version that exists never changes. */
export function configurationVersion(version: number) {
  return queryOptions({
    queryKey: ['configuration-version', version],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/configuration/versions/{version}', { params: { path: { version } }, signal })),
    staleTime: Infinity,
  });
}

/** The text of a file in a version. */
export function configurationFile(version: number, file: string) {
  return queryOptions({
    queryKey: ['configuration-file', version, file],
    queryFn: async ({ signal }) => {
      const path = { version, file };
      const { text } = await answer(
        api.GET('/api/v1/configuration/versions/{version}/files/{file}', { params: { path }, signal }),
      );
      return text;
    },
    staleTime: Infinity,
  });
}

export function configurationDifference(from: number, to: number) {
  return queryOptions({
    queryKey: ['configuration-difference', from, to],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/configuration/difference', { params: { query: { from, to, context: 0 } }, signal }),
      ),
    staleTime: Infinity,
  });
}

/** What is wrong with the draft, and the names it declares. */
export function configurationCheck(version: number, files: Record<string, string | null>) {
  return queryOptions({
    queryKey: ['configuration-check', version, files],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/configuration/check', { body: { files }, signal })),
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

export function useHints(kind: FileKind | null): Schemas['ConfigurationHints'] | null {
  const hints = useQuery({
    queryKey: ['configuration-hints', kind],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/configuration/hints', { params: { query: { kind: kind ?? 'pricing' } }, signal }),
      ),
    staleTime: Infinity,
    enabled: kind !== null,
  });
  return hints.data ?? null;
}

/** What a file of that name is; null where a configuration has no such file. */
export function kindOf(name: string): FileKind | null {
  if (name === 'billing-config.xml') return 'billing-config';
  if (name === 'meters.xml') return 'meters';
  if (name === 'taxes.xml') return 'taxes';
  if (name === 'accounts.xml') return 'accounts';
  if (name === 'allocation.xml') return 'allocation';
  if (name === 'suppliers.xml') return 'suppliers';
  if (/^pricing\/.+\.xml$/.test(name)) return 'pricing';
  if (/^pricing\/.+\.dmn$/.test(name)) return 'decisions';
  if (/^exports\/.+\.xml$/.test(name)) return 'export-template';
  if (/^mail\/.+\.mustache$/.test(name)) return 'mail';
  if (/^logo\/.+\.svg$/.test(name)) return 'logo';
  return null;
}
