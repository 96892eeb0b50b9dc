import { queryOptions } from '@tanstack/react-query';
import { answer, answerWithTag, api } from '@/shared/api/client';

/** A layout for a general ledger, as a file of the configuration declares it. */
export interface ExportTemplate {
  name: string;
  title: string;
  file: string;
  columns: string[];
}

export function readTemplate(file: string, text: string): ExportTemplate {
  const root = new DOMParser().parseFromString(text, 'application/xml').documentElement;
  const name = root.getAttribute('name') ?? file;
  return {
    name,
    title: root.getAttribute('title') ?? name,
    file,
    columns: [...root.getElementsByTagName('column')].map((column) => column.getAttribute('title') ?? ''),
  };
}

/** The templates of the active configuration. */
export const templatesQuery = queryOptions({
  queryKey: ['exports', 'templates'],
  queryFn: async ({ signal }) => {
    const { value } = await answerWithTag(api.GET('/api/v1/configuration', { signal }));
    const { version } = value;
    const { files } = await answer(
      api.GET('/api/v1/configuration/versions/{version}', { params: { path: { version } }, signal }),
    );
    const names = files.map(({ name }) => name).filter((name) => /^exports\/.+\.xml$/.test(name));
    return Promise.all(
      names.map(async (file) => {
        const { text } = await answer(
          api.GET('/api/v1/configuration/versions/{version}/files/{file}', {
            params: { path: { version, file } },
            signal,
          }),
        );
        return readTemplate(file, text);
      }),
    );
  },
});
