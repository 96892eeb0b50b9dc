import { answer, api, type Schemas } from '@/shared/api/client';
import { ApiError, type Problem } from '@/shared/api/problem';

type Impact = Schemas['ConfigurationImpact'];

export interface PreviewProgress {
  customers: number;
  of: number;
}

interface ServerEvent {
  name: string;
  data: string;
}

/** The events of a stream of server-sent events as they come. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true }).replaceAll('\r\n', '\n');
      let end: number;
      while ((end = text.indexOf('\n\n')) >= 0) {
        const fields = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const valueOf = (name: string) =>
          fields
            .filter((field) => field.startsWith(`${name}:`))
            .map((field) => field.slice(name.length + 1).replace(/^ /, ''))
            .join('\n');
        yield { name: valueOf('event'), data: valueOf('data') };
      }
    }
  } finally {
    void reader.cancel();
  }
}

async function impactFrom(body: ReadableStream<Uint8Array>, onProgress: (progress: PreviewProgress) => void) {
  for await (const { name, data } of eventsOf(body)) {
    if (name === 'progress') onProgress(JSON.parse(data) as PreviewProgress);
    if (name === 'impact') return JSON.parse(data) as Impact;
    if (name === 'problem') {
      const problem = JSON.parse(data) as Problem;
      throw new ApiError(problem.status, problem);
    }
  }
  throw new ApiError(0, {
    type: 'about:blank',
    title: 'The preview broke off',
    status: 0,
    detail: 'the connection ended before the result was there',
    instance: '',
  });
}

const asStream = { headers: { Accept: 'text/event-stream' }, parseAs: 'stream' } as const;

export interface PreviewOptions {
  signal: AbortSignal;
  onProgress: (progress: PreviewProgress) => void;
}

/** What a draft does to the periods that are open, or to what is due now. */
export async function previewImpact(
  files: Record<string, string | null>,
  over: 'open' | 'due',
  { signal, onProgress }: PreviewOptions,
): Promise<Impact> {
  const body = await answer(
    api.POST('/api/v1/configuration/impact', { ...asStream, body: { files, over }, signal }),
  );
  return impactFrom(body as unknown as ReadableStream<Uint8Array>, onProgress);
}

/** What pricing the billed periods of a range again does. */
export async function previewReprice(
  files: Record<string, string | null>,
  range: Schemas['RepriceRange'],
  { signal, onProgress }: PreviewOptions,
): Promise<Impact> {
  const body = await answer(
    api.POST('/api/v1/configuration/reprice/preview', { ...asStream, body: { files, ...range }, signal }),
  );
  return impactFrom(body as unknown as ReadableStream<Uint8Array>, onProgress);
}
