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
