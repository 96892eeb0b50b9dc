// Every page there is, and who may see it: for the checks that all pages stand, and for the pictures in docs/screens.
import { consolePages } from './consolePages.mjs';
import { openEndpoint, openFirstRow } from './steps.mjs';

/**
 * name: of its picture; path: within the world, or a function of the world; as: who logs in (nobody: undefined);
 * screen: whether docs/screens has it; prepare: what to do on the page before it is looked at.
 */
export const tenantPages = [
  { name: 'login', path: '/login', screen: true },
  { name: 'overview', path: '/c/acme', as: 'anna', screen: true },
  {
    name: 'interim',
    path: '/c/acme/interim',
    as: 'anna',
    screen: true,
    prepare: (page) => openUsageLine(page),
  },
  {
    name: 'comparison',
    path: '/c/acme/interim',
    as: 'anna',
    prepare: (page) => page.getByText('Compare with last month').click(),
  },
  { name: 'usage', path: '/c/acme/usage?meter=bandwidth', as: 'anna', screen: true },
  {
    name: 'usage-table',
    path: '/c/acme/usage?meter=bandwidth&range=days30&group_by=subject',
    as: 'anna',
    prepare: (page) => page.getByText('Table', { exact: true }).click(),
  },
  { name: 'anomalies', path: '/c/acme/usage/anomalies?meter=messages', as: 'anna', screen: true },
  { name: 'costs', path: '/c/acme/costs', as: 'anna', screen: true },
  {
    name: 'costs-plans',
    path: '/c/acme/costs',
    as: 'anna',
    prepare: comparePlans,
  },
  { name: 'invoices', path: '/c/acme/invoices', as: 'anna', screen: true },
  { name: 'reminders', path: '/c/acme/invoices?tab=reminders', as: 'anna', screen: true, prepare: openFirstRow('Documents of which you were') },
  { name: 'with-all-below', path: '/c/acme/invoices?tab=group', as: 'anna', screen: true },
  { name: 'below', path: '/c/globex', as: 'anna' },
  { name: 'payments', path: '/c/acme/invoices?tab=payments', as: 'anna' },
  { name: 'credits', path: '/c/acme/invoices?tab=credits', as: 'anna' },
  { name: 'invoice', path: async (world) => `/c/acme/invoices/${await lastInvoice(world)}`, as: 'anna', screen: true },
  {
    name: 'invoice-comparison',
    path: async (world) => `/c/acme/invoices/${await lastInvoice(world)}`,
    as: 'anna',
    screen: true,
    prepare: compareInvoice,
  },
  {
    name: 'dispute',
    path: async (world) => `/c/acme/invoices/${await lastInvoice(world, 'acme', 'invoice')}`,
    as: 'anna',
    prepare: (page) => page.getByRole('button', { name: 'Dispute', exact: true }).click(),
  },
  {
    name: 'showback',
    path: async (world) => `/c/lab/invoices/${await lastInvoice(world, 'lab', 'showback')}`,
    as: 'anna',
    screen: true,
  },
  { name: 'plan', path: '/c/acme/plan', as: 'anna', screen: true },
  { name: 'users', path: '/c/acme/users', as: 'anna' },
  {
    name: 'add-user',
    path: '/c/acme/users',
    as: 'anna',
    prepare: (page) => page.getByRole('button', { name: 'Add a user' }).click(),
  },
  { name: 'keys', path: '/c/acme/keys', as: 'anna' },
  { name: 'settings', path: '/c/acme/settings', as: 'anna', screen: true, prepare: showBudgets },
  { name: 'billing-details', path: '/c/acme/settings/billing-details', as: 'anna', screen: true },
  { name: 'billing-details-below', path: '/c/globex/settings/billing-details', as: 'anna' },
  { name: 'webhooks', path: '/c/acme/webhooks', as: 'anna' },
  {
    name: 'new-webhook',
    path: '/c/acme/webhooks',
    as: 'anna',
    prepare: (page) => page.getByRole('button', { name: 'Add an endpoint' }).click(),
  },
  { name: 'webhook', path: '/c/acme/webhooks', as: 'anna', screen: true, prepare: openTold },
  { name: 'account', path: '/account', as: 'anna' },
  { name: 'not-found', path: '/c/acme/nowhere', as: 'anna' },
  { name: 'staff-overview', path: '/c/acme', as: 'admin' },
];

/** Number of the customer's last document, or of the last of a kind. */
export async function lastInvoice(world, customer = 'acme', kind = undefined) {
  const session = await world.session('anna');
  const { answer } = await world.request('GET', `/api/v1/customers/${customer}/invoices?limit=50`, { session });
  return answer.items.find((item) => kind === undefined || item.kind === kind).number;
}

/** Opens the first line that has usage behind it, and waits for what it is made of. */
export async function openUsageLine(page) {
  await page.getByRole('button', { name: /bandwidth/i }).first().click();
  await page.getByRole('heading', { name: /^Events/ }).waitFor();
}

async function openTold(page) {
  await openEndpoint(page);
  await page.getByRole('table', { name: 'What the endpoint was told' }).getByRole('button', { expanded: false }).first().click();
}

async function comparePlans(page) {
  await page.getByRole('button', { name: 'Compute' }).click();
  await page.getByRole('table', { name: 'Plans, the cheapest first' }).waitFor();
}

async function compareInvoice(page) {
  await page.getByText('Compare with the one before').click();
  await page.getByRole('heading', { name: 'Beside the one before' }).waitFor();
}

async function showBudgets(page) {
  await page.getByRole('heading', { name: 'Budgets of a month' }).evaluate((heading) => heading.scrollIntoView());
}

export const allPages = [...tenantPages, ...consolePages];
