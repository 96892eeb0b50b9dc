import { useCallback, useState } from 'react';

/** 128 random bits; crypto.randomUUID needs a secure context, which a daemon without TLS is not. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/**
 * One key for all attempts to do one thing: it stays when a request fails, so that a repeat has no second effect.
 * Call `renew` after success, and when the form's content is changed.
 */
export function useIdempotencyKey(): { key: string; renew: () => void } {
  const [key, setKey] = useState(newIdempotencyKey);
  const renew = useCallback(() => {
    setKey(newIdempotencyKey());
  }, []);
  return { key, renew };
}
