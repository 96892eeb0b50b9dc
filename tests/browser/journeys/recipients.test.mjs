// Whom documents are for, as the customer's people and the house say it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { lastInvoice } from '../lib/pages.mjs';
import { ask, change, sayBillingDetails } from '../lib/sample.mjs';

const stage = useStage({ before, after, own: true });

const place = '/c/acme/settings/billing-details';
const nothing = { address: null, buyer_reference: null, purchase_order: null };
const address = { street: ['Building 4', '1 Main Street'], city: 'Springfield', postal_code: '62701', subdivision: 'IL', country: 'US' };

async function stored(customer = 'acme') {
  const { answer } = await ask(stage.world, 'admin', 'GET', `/api/v1/customers/${customer}/billing-details`);
  return answer;
}

async function issuedNext(document) {
  const lines = [{ line: 1, amount: '0.01' }];
  const { answer } = await change(stage.world, 'acme', { kind: 'credit-note', document, lines, nature: 'concession', reason: 'a trifle' });
  return shown(answer.documents[0]);
}

async function shown(number) {
  const { answer } = await ask(stage.world, 'anna', 'GET', `/api/v1/customers/acme/invoices/${number}`);
  return answer.document;
}

/** The description of the field that has the focus: what is wrong with it. */
function focusedError(page) {
  return page.evaluate(() => {
    const { activeElement: field } = document;
    const error = document.getElementById(field.getAttribute('aria-describedby')?.split(' ').at(-1));
    return field.getAttribute('aria-invalid') === 'true' ? error?.textContent : undefined;
  });
}

test('what a customer says of itself stands on what is issued next, and not on what was issued', async () => {
  const before = await lastInvoice(stage.world, 'acme', 'invoice');
  await stage.visit({ as: 'anna', width: 360 }, async ({ page }) => {
    await page.goto('/c/acme/settings');
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Billing details' }).click();
    await page.getByText('Without an address documents show the name').waitFor();
    await page.getByLabel('Street', { exact: true }).fill('Building 4');
    assert.equal(await page.getByText('Without an address documents show the name').count(), 0);
    await page.getByLabel('Street, line 3').fill(' 1 Main Street ');
    await page.getByLabel('Postal code').fill('62701');
    await page.getByLabel('City').fill('Springfield');
    await page.getByLabel('State, province or canton').fill('IL');
    await page.getByLabel('Country').selectOption({ label: 'United States' });
    await page.getByLabel('Buyer reference').fill('cost centre 4711');
    await page.getByLabel('Purchase order').fill('PO-2026-117');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('The billing details are stored').waitFor();
    await page.reload();
    await settled(page);
    assert.equal(await page.getByLabel('Street, line 2').inputValue(), '1 Main Street');
    assert.equal(await page.getByLabel('Country').inputValue(), 'US');
    assert.equal(await page.getByLabel('Purchase order').inputValue(), 'PO-2026-117');
  });
  const said = { address, buyer_reference: 'cost centre 4711', purchase_order: 'PO-2026-117' };
  assert.deepEqual(await stored(), said);
  const { recipient } = await issuedNext(before);
  assert.deepEqual({ ...recipient, ...said }, recipient);
  assert.equal((await shown(before)).recipient.address, null);
});

test('what cannot be used is said beside its field, which gets the focus', async () => {
  await sayBillingDetails(stage.world, 'anna', 'acme', nothing);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto(place);
    await page.getByLabel('Street, line 3').fill('Ring 1; 2nd floor');
    await page.getByLabel('City').fill('東京'.repeat(40));
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('a line has no semicolon').waitFor();
    assert.match(await focusedError(page), /a line has no semicolon/);
    assert.equal(await page.getByLabel('Street, line 3').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByLabel('City').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByRole('alert').count(), 0, 'nothing is said twice');
    assert.deepEqual(await stored(), nothing);
    await page.getByLabel('Street, line 3').fill('Ring 1, 2nd floor');
    await page.getByLabel('City').fill('東京');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('The billing details are stored').waitFor();
  });
  assert.deepEqual((await stored()).address.street, ['Ring 1, 2nd floor']);
});

test('who has read older details does not replace what somebody else stored', async () => {
  await sayBillingDetails(stage.world, 'anna', 'acme', nothing);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto(place);
    await page.getByLabel('City').fill('Bern');
    await sayBillingDetails(stage.world, 'admin', 'acme', { ...nothing, purchase_order: 'PO-8' });
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('Somebody else stored other billing details meanwhile').waitFor();
    assert.deepEqual(await stored(), { ...nothing, purchase_order: 'PO-8' });
    await page.getByRole('button', { name: 'Show what is stored now' }).click();
    await page.getByText('Somebody else stored').waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('City').inputValue(), '');
    assert.equal(await page.getByLabel('Purchase order').inputValue(), 'PO-8');
    await page.getByLabel('City').fill('Bern');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('The billing details are stored').waitFor();
  });
  const now = await stored();
  assert.deepEqual([now.address.city, now.purchase_order], ['Bern', 'PO-8']);
});

/** The page fetches again what it shows, as it does when one comes back to it. */
async function comeBack(page, path) {
  await page.clock.fastForward(60_000);
  await Promise.all([
    page.waitForResponse((response) => response.url().endsWith(path) && response.request().method() === 'GET'),
    page.evaluate(() => window.dispatchEvent(new Event('visibilitychange'))),
  ]);
}

test('nor does a page that has heard of it behind what is typed', async () => {
  const settings = '/api/v1/customers/acme/settings';
  await sayBillingDetails(stage.world, 'anna', 'acme', nothing);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.clock.install();
    await page.goto(place);
    await page.getByLabel('City').fill('Bern');
    await sayBillingDetails(stage.world, 'admin', 'acme', { ...nothing, purchase_order: 'PO-7' });
    await comeBack(page, '/acme/billing-details');
    assert.equal(await page.getByLabel('City').inputValue(), 'Bern');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('Somebody else stored other billing details meanwhile').waitFor();

    await page.goto('/c/acme/settings');
    await page.getByLabel('Time zone').selectOption('Europe/Vienna');
    const { answer, headers } = await ask(stage.world, 'anna', 'GET', settings);
    await ask(stage.world, 'anna', 'PUT', settings, { ...answer, language: 'de-AT' }, { 'If-Match': headers.get('ETag') });
    await comeBack(page, settings);
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('Somebody else stored other settings meanwhile').waitFor();
    const { answer: now } = await ask(stage.world, 'anna', 'GET', settings);
    assert.deepEqual([now.language, now.zone], ['de-AT', answer.zone]);
  });
  assert.deepEqual(await stored(), { ...nothing, purchase_order: 'PO-7' });
});

test('who may only see reads them', async () => {
  await sayBillingDetails(stage.world, 'anna', 'acme', { ...nothing, address, purchase_order: 'PO-9' });
  const dora = await stage.world.addPerson('dora', 'tenant-viewer', 'acme');
  await stage.visit({ as: dora }, async ({ page }) => {
    await page.goto(place);
    await settled(page);
    const section = page.getByRole('region', { name: 'Billing details' });
    await section.getByText('United States').waitFor();
    await section.getByText('PO-9').waitFor();
    await section.getByText('A tenant admin may change these.').waitFor();
    assert.equal(await section.getByRole('textbox').count(), 0);
    assert.equal(await section.getByRole('button').count(), 0);
  });
});

test('the house says it for a customer, and an auditor only looks', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/customers/globex');
    const section = page.getByRole('region', { name: 'Billing details' });
    await section.getByText('Without an address').waitFor();
    await section.getByRole('button', { name: 'Edit the billing details' }).click();
    const dialog = page.getByRole('dialog', { name: /^Billing details of/ });
    await dialog.getByLabel('City').fill('Bern');
    await dialog.getByLabel('Country').selectOption('CH');
    await dialog.getByRole('button', { name: 'Store' }).click();
    await dialog.waitFor({ state: 'detached' });
    await section.getByText('Switzerland').waitFor();
  });
  assert.deepEqual((await stored('globex')).address.city, 'Bern');
  const { answer } = await ask(stage.world, 'admin', 'GET', '/api/v1/audit-log?action=customer.billing-details&customer=globex');
  assert.deepEqual(answer.items.map(({ who }) => who), ['admin']);
  const otto = await stage.world.addPerson('otto', 'auditor');
  await stage.visit({ as: otto }, async ({ page }) => {
    await page.goto('/console/customers/globex');
    const section = page.getByRole('region', { name: 'Billing details' });
    await section.getByText('Switzerland').waitFor();
    assert.equal(await section.getByRole('button').count(), 0);
  });
});
