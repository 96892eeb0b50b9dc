import { useCallback, useState } from 'react';
import { ApiError } from './problem';

/** 128 random bits; crypto.randomUUID needs a secure context, which a daemon without TLS is not. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Whether the API refused the request as it is: nothing was done, and a mended one is another request. */
function wasRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

/**
 * One key for all attempts to do one thing: it stays when nobody knows what became of a request, so that a repeat has no
 * second effect. Call `renew` after success, and `renewAfter` with the error of an attempt.
 */
export function useIdempotencyKey(): {
  key: string;
  renew: () => void;
  renewAfter: (error: unknown) => void;
} {
  const [key, setKey] = useState(newIdempotencyKey);
  const renew = useCallback(() => {
    setKey(newIdempotencyKey());
  }, []);
  const renewAfter = useCallback(
    (error: unknown) => {
      if (wasRefused(error)) renew();
    },
    [renew],
  );
  return { key, renew, renewAfter };
}
