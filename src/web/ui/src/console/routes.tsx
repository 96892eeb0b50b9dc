import type { RouteObject } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';

/** Below /console. Each page is loaded when it is opened. */
export const consoleRoutes: RouteObject[] = [
  { index: true, lazy: () => import('./engines/EnginesPage') },
  { path: 'runs', lazy: () => import('./runs/RunsPage') },
  { path: 'runs/:run', lazy: () => import('./runs/RunPage') },
  { path: 'waiting', lazy: () => import('./runs/WaitingPage') },
  { path: 'configuration', lazy: () => import('./configuration/ConfigurationPage') },
  { path: 'configuration/history', lazy: () => import('./configuration/HistoryPage') },
  { path: 'configuration/reprice', lazy: () => import('./configuration/RepricePage') },
  { path: 'customers', lazy: () => import('./customers/CustomersPage') },
  { path: 'customers/:customer', lazy: () => import('./customers/CustomerPage') },
  { path: 'alerts', lazy: () => import('./customers/AlertsPage') },
  { path: 'bank', lazy: () => import('./bank/BankPage') },
  { path: 'receivables', lazy: () => import('./receivables/ReceivablesPage') },
  { path: 'costs', lazy: () => import('./costs/CostsPage') },
  { path: 'cost-centres', lazy: () => import('./costCentres/CostCentresPage') },
  { path: 'cost-centres/:centre', lazy: () => import('./costCentres/CostCentrePage') },
  { path: 'allocation', lazy: () => import('./allocation/PoolsPage') },
  { path: 'allocation/:pool', lazy: () => import('./allocation/PoolPage') },
  { path: 'allocation/:pool/:month', lazy: () => import('./allocation/PoolMonthPage') },
  { path: 'metering', lazy: () => import('./metering/MeteringPage') },
  { path: 'deliveries', lazy: () => import('./deliveries/DeliveriesPage') },
  { path: 'deliveries/webhooks', lazy: () => import('./deliveries/WebhooksPage') },
  { path: 'deliveries/webhooks/:endpoint', lazy: () => import('./deliveries/WebhookPage') },
  { path: 'exports', lazy: () => import('./exports/ExportsPage') },
  { path: 'audit-log', lazy: () => import('./audit/AuditPage') },
  { path: 'health', lazy: () => import('./health/HealthPage') },
  { path: 'users', lazy: () => import('./people/UsersPage') },
  { path: 'keys', lazy: () => import('./people/KeysPage') },
  { path: '*', element: <NotFoundPage /> },
];
