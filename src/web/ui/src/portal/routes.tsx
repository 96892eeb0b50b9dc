import type { RouteObject } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';

/** Below /c/:customer. Each page is loaded when it is opened. */
export const portalRoutes: RouteObject[] = [
  { index: true, lazy: () => import('./OverviewPage') },
  { path: '*', element: <NotFoundPage /> },
];
