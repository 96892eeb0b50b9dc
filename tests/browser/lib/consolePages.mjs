// The pages of the house, for the checks that all pages stand and for the pictures in docs/screens: as in pages.mjs.

import { lastMonth } from './sample.mjs';
import { openEndpoint, openFirstRow } from './steps.mjs';

const open = (name) => (page) => page.getByRole('button', { name }).first().click();

export const consolePages = [
  { name: 'engines', path: '/console', as: 'admin', screen: true },
  { name: 'engine-run', path: '/console', as: 'admin', prepare: dryRun },
  { name: 'runs', path: '/console/runs', as: 'admin', screen: true },
  { name: 'run', path: '/console/runs/1', as: 'admin', screen: true },
  { name: 'waiting', path: '/console/waiting', as: 'admin', screen: true },
  {
    name: 'configuration',
    path: '/console/configuration?file=pricing/stratoslive.xml',
    as: 'admin',
    screen: true,
    prepare: (page) => page.locator('.cm-content').waitFor(),
  },
  {
    name: 'decisions',
    path: '/console/configuration?file=pricing/subscription-fee.dmn',
    as: 'admin',
    screen: true,
    prepare: (page) => page.locator('.tjs-table').first().waitFor(),
  },
  { name: 'history', path: '/console/configuration/history?from=1&to=2', as: 'admin', screen: true, prepare: difference },
  { name: 'reprice', path: '/console/configuration/reprice', as: 'admin' },
  { name: 'customers', path: '/console/customers', as: 'admin', screen: true },
  { name: 'new-customer', path: '/console/customers', as: 'admin', prepare: open('New customer') },
  { name: 'customer', path: '/console/customers/acme', as: 'admin', screen: true },
  { name: 'customer-money', path: '/console/customers/acme?tab=money', as: 'admin' },
  { name: 'customer-documents', path: '/console/customers/acme?tab=documents', as: 'admin', screen: true },
  { name: 'edit-billing-details', path: '/console/customers/acme', as: 'admin', prepare: open('Edit the billing details') },
  { name: 'customer-below', path: '/console/customers/globex', as: 'admin' },
  { name: 'put-below', path: '/console/customers/globex', as: 'admin', prepare: open('Put below another customer') },
  { name: 'plan-change', path: '/console/customers/acme', as: 'admin', screen: true, prepare: previewPlanChange },
  { name: 'alerts', path: '/console/alerts', as: 'admin', screen: true },
  { name: 'bank', path: '/console/bank', as: 'admin', screen: true },
  { name: 'bank-all', path: '/console/bank?state=all', as: 'admin', prepare: openFirstRow('Transactions') },
  { name: 'bank-import', path: '/console/bank', as: 'admin', prepare: open('Import a statement') },
  { name: 'settle', path: '/console/bank', as: 'admin', screen: true, prepare: open(/^Settle .* of Acme GmbH/) },
  { name: 'disputes', path: '/console/receivables', as: 'admin', screen: true, prepare: openFirstRow('Disputes') },
  { name: 'dunning', path: '/console/receivables?tab=dunning', as: 'admin', screen: true, prepare: openFirstRow('Overdue documents') },
  { name: 'write-offs', path: '/console/receivables?tab=write-offs', as: 'admin', screen: true },
  { name: 'cost-centres', path: '/console/costs', as: 'admin', screen: true },
  { name: 'customer-tree', path: '/console/costs?tab=customers&customer=acme', as: 'admin', screen: true },
  { name: 'margin', path: '/console/costs?tab=margin', as: 'admin', screen: true },
  { name: 'cost-centre-budgets', path: '/console/cost-centres', as: 'admin', screen: true },
  { name: 'cost-centre', path: '/console/cost-centres/engineering', as: 'admin', screen: true },
  { name: 'cost-centre-gone', path: '/console/cost-centres/field-service', as: 'admin' },
  { name: 'pools', path: '/console/allocation', as: 'admin', screen: true },
  { name: 'pool', path: '/console/allocation/platform', as: 'admin' },
  { name: 'pool-amount', path: '/console/allocation/platform', as: 'admin', prepare: open('Enter an amount') },
  {
    name: 'pool-month',
    path: `/console/allocation/platform/${lastMonth()}`,
    as: 'admin',
    screen: true,
    prepare: openFirstRow('Who bears Shared platform'),
  },
  { name: 'exports', path: '/console/exports', as: 'admin', screen: true, prepare: openFirstRow('Exports') },
  { name: 'new-export', path: '/console/exports', as: 'admin', prepare: open('Hand over') },
  { name: 'house-webhooks', path: '/console/deliveries/webhooks', as: 'admin' },
  { name: 'house-webhook', path: '/console/deliveries/webhooks', as: 'admin', screen: true, prepare: openEndpoint },
  { name: 'metering', path: '/console/metering', as: 'admin', screen: true },
  { name: 'quarantined', path: '/console/metering', as: 'admin', prepare: openQuarantined },
  { name: 'deliveries', path: '/console/deliveries', as: 'admin', screen: true },
  { name: 'mail', path: '/console/deliveries', as: 'admin', prepare: open(/^Show /) },
  { name: 'audit-log', path: '/console/audit-log', as: 'admin', screen: true },
  { name: 'health', path: '/console/health', as: 'admin', screen: true },
  { name: 'people', path: '/console/users', as: 'admin' },
  { name: 'house-keys', path: '/console/keys', as: 'admin' },
];

async function dryRun(page) {
  await page.getByRole('button', { name: 'Run or try monthly' }).click();
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByRole('heading', { name: 'What it would bill' }).waitFor();
}

async function difference(page) {
  await page.locator('.cm-mergeView, .cm-editor').first().waitFor();
}

/** What it would do to acme in money to be on another plan. */
export async function previewPlanChange(page) {
  await page.getByRole('button', { name: 'Change subscription acme-1' }).click();
  await page.getByRole('menuitem', { name: 'Change the plan' }).click();
  await page.getByRole('combobox', { name: 'Plan' }).fill('Enterprise');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('heading', { name: 'What it would do' }).waitFor();
}

async function openQuarantined(page) {
  await page.getByRole('table', { name: 'Quarantine' }).getByRole('button').first().click();
}
