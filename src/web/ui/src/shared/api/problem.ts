import type { components } from './schema';

export type Problem = components['schemas']['Problem'];

/** The API refused, or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
  }

  /** What is wrong at one member of the request, if the answer says so. */
  at(member: string): string | undefined {
    return this.problem.items?.find((item) => item.at === member)?.detail;
  }
}

export function unreachable(reason: string): ApiError {
  return new ApiError(0, {
    type: 'about:blank',
    title: 'Reckoner cannot be reached',
    status: 0,
    detail: reason,
    instance: '',
  });
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'status' in body && 'detail' in body;
}

export function problemOf(response: Response, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(response.status, body);
  return new ApiError(response.status, {
    type: 'about:blank',
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    detail: typeof body === 'string' && body !== '' ? body : `the server answered ${response.status}`,
    instance: response.headers.get('X-Request-Id') ?? '',
  });
}

/** Whether somebody else changed meanwhile what an edit was based on. */
export function isOutdated(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

/**
 * What is wrong with members of a list that was sent (`budgets[1]`), by the member. One that is changed, and so replaced, since has
 * nothing wrong any more.
 */
export function refusedOf<T>(error: unknown, list: string, sent: readonly T[]): ReadonlyMap<T, string> {
  const refused = new Map<T, string>();
  if (!(error instanceof ApiError)) return refused;
  sent.forEach((member, index) => {
    const detail = error.at(`${list}[${String(index)}]`);
    if (detail !== undefined) refused.set(member, detail);
  });
  return refused;
}
