import { createBrowserRouter, Navigate } from 'react-router-dom';
import { consoleRoutes } from '@/console/routes';
import { portalRoutes } from '@/portal/routes';
import { NotFoundPage } from './NotFoundPage';
import { PageError } from './PageError';
import { RequireSession } from './RequireSession';
import { useSession } from './session';

/** Everybody's first page. */
function Start() {
  const { customer } = useSession();
  return <Navigate to={customer ? `/c/${encodeURIComponent(customer.key)}` : '/console'} replace />;
}

export const router = createBrowserRouter([
  { path: '/login', lazy: () => import('./LoginPage'), ErrorBoundary: PageError },
  {
    element: <RequireSession />,
    ErrorBoundary: PageError,
    children: [
      { index: true, path: '/', element: <Start /> },
      {
        lazy: () => import('./Shell'),
        children: [
          {
            ErrorBoundary: PageError,
            children: [
              { path: '/account', lazy: () => import('./AccountPage') },
              { path: '/c/:customer', lazy: () => import('@/portal/CustomerArea'), children: portalRoutes },
              { path: '/console', lazy: () => import('@/console/ConsoleArea'), children: consoleRoutes },
              { path: '*', element: <NotFoundPage /> },
            ],
          },
        ],
      },
    ],
  },
]);
