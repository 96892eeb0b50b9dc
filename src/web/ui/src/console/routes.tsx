import type { RouteObject } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';

/** Below /console. Each page is loaded when it is opened. */
export const consoleRoutes: RouteObject[] = [
  { index: true, lazy: () => import('./EnginesPage') },
  { path: '*', element: <NotFoundPage /> },
];
