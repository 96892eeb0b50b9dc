import { Outlet } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';
import { useMay } from '@/app/session';

export function Component() {
  return useMay('console') ? <Outlet /> : <NotFoundPage />;
}
