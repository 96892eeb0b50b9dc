import { Navigate, Outlet, useLocation } from 'react-router-dom';
import { useSessionState } from './session';

/** Whoever is not logged in goes to the login page and comes back; a one-time password must be replaced first. */
export function RequireSession() {
  const { session } = useSessionState();
  const { pathname, search } = useLocation();
  if (!session) {
    const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/login${next}`} replace />;
  }
  if (session.password_change_needed && pathname !== '/account') return <Navigate to="/account" replace />;
  return <Outlet />;
}
