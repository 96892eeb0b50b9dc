import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { answer, api, keepCsrfTokenOf, type Schemas, whenSessionEnds } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { Right } from '@/shared/nav';
import { Failure, Loading } from '@/shared/ui/states';

export type Session = Schemas['Session'];

interface SessionState {
  /** null: nobody is logged in. */
  session: Session | null;
  /** The session has ended by itself, not by logging out. */
  expired: boolean;
  /**
   * Takes the session that an answer of the API carries. A one-time password by which it began is kept until another one is
   * chosen, here and nowhere else: nobody has to type it twice.
   */
  begin: (session: Session, password?: string) => void;
  oneTimePassword: string | null;
  logOut: () => Promise<void>;
}

const SessionContext = createContext<SessionState | null>(null);
const sessionKey = ['session'];

async function showSession(): Promise<Session | null> {
  try {
    const session = await answer(api.GET('/api/v1/session'));
    keepCsrfTokenOf(session);
    return session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [expired, setExpired] = useState(false);
  const [oneTimePassword, setOneTimePassword] = useState<string | null>(null);
  const query = useQuery({ queryKey: sessionKey, queryFn: showSession, staleTime: Infinity });

  const forget = useCallback(() => {
    keepCsrfTokenOf(null);
    setOneTimePassword(null);
    queries.clear();
    queries.setQueryData(sessionKey, null);
  }, [queries]);

  useEffect(() => {
    whenSessionEnds(() => {
      if (!queries.getQueryData(sessionKey)) return;
      setExpired(true);
      forget();
    });
    return () => {
      whenSessionEnds(null);
    };
  }, [forget, queries]);

  const state = useMemo<SessionState>(
    () => ({
      session: query.data ?? null,
      expired,
      oneTimePassword,
      begin(session, password) {
        setOneTimePassword(session.password_change_needed ? (password ?? null) : null);
        keepCsrfTokenOf(session);
        setExpired(false);
        queries.setQueryData(sessionKey, session);
      },
      async logOut() {
        await answer(api.DELETE('/api/v1/session'));
        forget();
      },
    }),
    [query.data, expired, oneTimePassword, queries, forget],
  );

  if (query.isPending) return <Loading height={320} label="Loading Reckoner" />;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <SessionContext.Provider value={state}>{children}</SessionContext.Provider>;
}

export function useSessionState(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error('useSessionState outside SessionProvider');
  return state;
}

/** The session of a page that only who is logged in reaches. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error('nobody is logged in');
  return session;
}

/** Whether the session may do that; what it may not is not shown (the server refuses it anyway). */
export function useMay(right: Right): boolean {
  return useSession().rights.includes(right);
}
