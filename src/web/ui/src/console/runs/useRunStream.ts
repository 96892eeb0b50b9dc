import { useEffect, useState } from 'react';
import type { Schemas } from '@/shared/api/client';

export type Connection = 'connecting' | 'live' | 'lost' | 'ended';

const retryAfterMs = 3000;

/** The state of a run while it goes on. A lost connection is made again; `ended` when the run has ended. */
export function useRunStream(run: number, onEnd: () => void) {
  const [state, setState] = useState<Schemas['RunState'] | null>(null);
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const take = (event: MessageEvent<string>) => {
      setState(JSON.parse(event.data) as Schemas['RunState']);
    };
    const connect = () => {
      source = new EventSource(`/api/v1/runs/${run}/events`);
      source.onopen = () => {
        setConnection('live');
      };
      source.addEventListener('progress', take);
      source.addEventListener('end', (event) => {
        take(event as MessageEvent<string>);
        source?.close();
        setConnection('ended');
        onEnd();
      });
      source.onerror = () => {
        setConnection('lost');
        // A browser gives up where the answer is no stream, such as 503.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, retryAfterMs);
      };
    };
    connect();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [run, onEnd]);

  return { state, connection };
}
