// Parents and children, costs that are only shown, and what somebody is reminded of.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { lastInvoice } from '../lib/pages.mjs';
import { ask, change, remind, sample, unpaid } from '../lib/sample.mjs';

const stage = useStage({ before, after, own: true, ...sample });

async function customer(key) {
  const { answer } = await ask(stage.world, 'admin', 'GET', `/api/v1/customers/${key}`);
  return answer;
}

async function lastOf(action) {
  const { answer } = await ask(stage.world, 'admin', 'GET', `/api/v1/audit-log?action=${action}&limit=1`);
  return answer.items[0];
}

test('a customer is put below another one, which then sees one sum to pay', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/invoices');
    await settled(page);
    assert.equal(await page.getByRole('tab', { name: 'With all below' }).count(), 0, 'nobody is below');
  });
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/customers/globex');
    await page.getByRole('button', { name: 'Put below another customer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Parent', { exact: true }).fill('acme');
    await dialog.getByLabel('The parent gets the mails').check();
    await dialog.getByRole('button', { name: 'Put it there' }).click();
    const section = page.getByRole('region', { name: 'Parent and billing mode' });
    await section.getByRole('link', { name: 'acme' }).waitFor();
    await page.goto('/console/customers/acme');
    await section.getByRole('link', { name: 'globex' }).waitFor();
    await page.getByRole('tab', { name: 'Documents' }).click();
    await page.getByRole('heading', { name: 'With all below: one sum to pay' }).waitFor();
  });
  assert.deepEqual((await customer('globex')).parent, { customer: 'acme', gets_mails: true });
  assert.equal((await lastOf('customer.parent')).customer, 'globex');

  const { answer: statement } = await ask(
    stage.world, 'anna', 'GET', '/api/v1/customers/acme/collective-statement',
  );
  const [sum] = statement.items;
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/invoices');
    await page.getByRole('tab', { name: 'With all below' }).click();
    const table = page.getByRole('table', { name: /^Documents of / });
    const toPay = table.getByRole('row', { name: /^Sum, USD/ }).locator('data').last();
    assert.equal(await toPay.getAttribute('value'), sum.to_pay);
    assert.equal(await table.locator('tr[data-row]').count(), sum.documents.length);
    await page.getByLabel('Month of issue').fill('2001-01');
    await page.getByText('Nothing was issued in this month').waitFor();
  });
});

test('people of a parent look at what is below, and change nothing of it', async () => {
  const number = await lastInvoice(stage.world, 'globex', 'invoice');
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/invoices?tab=group');
    await page.getByRole('table', { name: 'All below acme' }).getByRole('link', { name: 'globex' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.getByText('Globex Corporation').first().waitFor();
    await page.getByRole('navigation').locator('a[href="/c/globex/invoices"]').click();
    await page.getByRole('link', { name: number }).click();
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Dispute', exact: true }).count(), 0);
    assert.equal(await page.getByRole('navigation').locator('a[href="/c/globex/users"]').count(), 0);
    await page.goto('/c/globex/settings');
    await page.getByText('Only people of the customer itself may change these.').waitFor();
  });
});

test('costs of a customer are shown from a day on; who has read an older state is refused', async () => {
  const next = new Date();
  next.setUTCDate(1);
  next.setUTCMonth(next.getUTCMonth() + 1);
  const day = next.toISOString().slice(0, 10);
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/customers/zorin');
    const section = page.getByRole('region', { name: 'Parent and billing mode' });
    await section.getByText('billed', { exact: true }).waitFor();
    await section.getByRole('button', { name: 'Show or bill costs' }).click();
    const dialog = page.getByRole('dialog');
    assert.equal(await dialog.getByLabel('What becomes of costs').inputValue(), 'showback');
    await dialog.getByLabel('From').fill(day);
    await change(stage.world, 'zorin', { kind: 'edit', name: 'Zorin' });
    await dialog.getByRole('button', { name: 'Set it' }).click();
    await dialog.getByText('Somebody else changed the customer meanwhile').waitFor();
    assert.deepEqual((await customer('zorin')).billing_modes, []);
    await page.reload();
    await section.getByRole('button', { name: 'Show or bill costs' }).click();
    await dialog.getByLabel('From').fill(day);
    await dialog.getByRole('button', { name: 'Set it' }).click();
    await section.getByText(/^shown from /).waitFor();
  });
  assert.deepEqual((await customer('zorin')).billing_modes, [{ from: day, mode: 'showback' }]);
  assert.equal((await lastOf('customer.billing-mode')).customer, 'zorin');
});

test('who is reminded sees of what, what it cost, and what a dispute holds', async () => {
  const [number] = await unpaid(stage.world, 'acme');
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/invoices?tab=reminders');
    await page.getByText('No reminders').waitFor();
    await remind(stage.world, number, 2);
    await ask(stage.world, 'anna', 'POST', '/api/v1/customers/acme/disputes', {
      document: number,
      line: null,
      amount: '0.50',
      message: 'rounded the wrong way',
    });
    await page.reload();
    const table = page.getByRole('table', { name: 'Documents of which you were reminded' });
    const row = table.getByRole('row', { name: new RegExp(number) });
    await row.getByText('second reminder').waitFor();
    await row.getByText(/0\.50 held by a dispute/).waitFor();
    await row.getByText(/suspension notice/).waitFor();
    await row.getByRole('button', { expanded: false }).click();
    const steps = page.getByRole('table', { name: `Steps taken on ${number}` });
    await steps.getByRole('row', { name: /second reminder .*10\.00/ }).waitFor();
  });
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/receivables?tab=dunning');
    await page.getByRole('table', { name: 'Overdue documents' }).getByRole('link', { name: number }).waitFor();
  });
});

test('what one byte costs is more than nothing', async () => {
  const { answer } = await ask(stage.world, 'anna', 'GET', '/api/v1/customers/acme/analytics/unit?unit=bandwidth');
  const known = answer.items.filter(({ cost, quantity }) => cost !== '0.00' && quantity !== '0');
  assert.ok(known.length > 0);
  for (const { cost_per_unit: one } of known) assert.match(one, /^0\.0+[1-9]\d*$/);
});
