import createClient, { type Middleware } from 'openapi-fetch';
import { problemOf, unreachable } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

let csrfToken: string | null = null;
let onUnauthenticated: (() => void) | null = null;

/** The token of the session goes with each request that changes something. */
export function keepCsrfTokenOf(session: Pick<Schemas['Session'], 'csrf_token'> | null): void {
  csrfToken = session?.csrf_token ?? null;
}

/** Called when an answer says that the session has ended. */
export function whenSessionEnds(callback: (() => void) | null): void {
  onUnauthenticated = callback;
}

const session: Middleware = {
  onRequest({ request }) {
    if (csrfToken !== null && !safeMethods.has(request.method))
      request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
  onResponse({ request, response }) {
    const isLogin = request.method === 'POST' && new URL(request.url).pathname === '/api/v1/session';
    if (response.status === 401 && !isLogin) onUnauthenticated?.();
    return undefined;
  },
};

/** The API as openapi.yaml describes it. Wrap each call in `answer` or `answerWithTag`. */
export const api = createClient<paths>({
  baseUrl: '/',
  credentials: 'same-origin',
  headers: { Accept: 'application/json' },
});
api.use(session);

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

async function settled<T>(call: Promise<Outcome<T>>): Promise<Outcome<T>> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason;
    throw unreachable('the network or the server does not answer; nothing was changed as far as is known');
  }
  if (!outcome.response.ok) throw problemOf(outcome.response, outcome.error);
  return outcome;
}

/** What is JSON of an answer; an operation may offer text (CSV) too, which `download` gets. */
type Json<T> = Exclude<T, string>;

/** The body of a successful answer; throws ApiError otherwise. */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<Json<T>> {
  return (await settled(call)).data as Json<T>;
}

export interface Tagged<T> {
  value: T;
  /** For If-Match of the change. */
  etag: string;
}

/** As `answer`, with the ETag that an edit has to name. */
export async function answerWithTag<T>(call: Promise<Outcome<T>>): Promise<Tagged<Json<T>>> {
  const outcome = await settled(call);
  return { value: outcome.data as Json<T>, etag: outcome.response.headers.get('ETag') ?? '' };
}

/** Header parameters of an edit of what was read with this ETag. */
export function ifMatch(etag: string): { 'If-Match': string } {
  return { 'If-Match': etag };
}
