import { Outlet } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';
import { useMay } from '@/app/session';

/** Frame of the pages below /console. */
export function Component() {
  return useMay('console') ? <Outlet /> : <NotFoundPage />;
}
