import type { RouteObject } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';

/** Below /c/:customer. Each page is loaded when it is opened. */
export const portalRoutes: RouteObject[] = [
  { index: true, lazy: () => import('./OverviewPage') },
  { path: 'interim', lazy: () => import('./InterimPage') },
  { path: 'usage', lazy: () => import('./UsagePage') },
  { path: 'usage/anomalies', lazy: () => import('./AnomaliesPage') },
  { path: 'costs', lazy: () => import('./costs/CostsPage') },
  { path: 'invoices', lazy: () => import('./InvoicesPage') },
  { path: 'invoices/:number', lazy: () => import('./InvoicePage') },
  { path: 'plan', lazy: () => import('./PlanPage') },
  { path: 'users', lazy: () => import('./UsersPage') },
  { path: 'keys', lazy: () => import('./KeysPage') },
  { path: 'webhooks', lazy: () => import('./WebhooksPage') },
  { path: 'webhooks/:endpoint', lazy: () => import('./WebhookPage') },
  { path: 'settings', lazy: () => import('./SettingsPage') },
  { path: 'settings/billing-details', lazy: () => import('./BillingDetailsPage') },
  { path: '*', element: <NotFoundPage /> },
];
