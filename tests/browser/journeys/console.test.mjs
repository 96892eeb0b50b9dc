// What the house does: prices, decisions, runs, customers, usage, and what is written down about all of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';

const stage = useStage({ before, after, own: true });
const pricing = '/console/configuration?file=pricing/stratoslive.xml';
const fees = '/console/configuration?file=pricing/subscription-fee.dmn';
const gigabyte = 1_073_741_824;
let made = 0;

/** The month before the present one: "2026-10". */
function lastMonth() {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

async function ask(method, path, body) {
  const session = await stage.world.session('admin');
  made += 1;
  const headers = { 'Idempotency-Key': `journey ${made}` };
  const { answer } = await stage.world.request(method, path, { session, body, headers });
  return answer;
}

/** A customer with bandwidth above the allowance of last month, which no run has billed yet. */
async function customerWithUnbilledMonth(key) {
  await ask('POST', '/api/v1/customers', { key, name: `Journey ${key}`, time_zone: 'UTC' });
  await ask('POST', `/api/v1/customers/${key}/changes`, {
    kind: 'subscribe',
    plan: 'Professional',
    from: `${lastMonth()}-01`,
  });
  const { answer } = await stage.world.request('POST', '/api/v1/keys', {
    session: await stage.world.session('admin'),
    headers: { 'Idempotency-Key': `key of ${key}` },
    body: { name: key, scopes: ['ingest'] },
  });
  await stage.world.send(answer.secret, [
    {
      specversion: '1.0',
      id: `usage of ${key}`,
      source: '/journey',
      type: 'bandwidth',
      subject: key,
      time: `${lastMonth()}-10T10:00:00Z`,
      data: { bytes: 3 * gigabyte },
    },
  ]);
}

/** Puts the cursor behind the first `text` in the editor. */
async function goBehind(page, text) {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+f');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
}

async function typeInstead(page, before, characters) {
  for (let left = before; left > 0; left -= 1) await page.keyboard.press('Backspace');
  await page.keyboard.type(characters);
}

/** The last cell is taken over when the focus leaves it, a moment after: one who is quick presses again. */
async function decideUntil(page, text) {
  for (let left = 10; ; left -= 1) {
    await page.getByRole('button', { name: 'Decide' }).click();
    try {
      await page.getByText(text).waitFor({ timeout: 3_000 });
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

async function applyDraft(page, comment, button = 'Apply…') {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Comment').fill(comment);
  await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Presses "Run now", for a customer or everybody who is due, and sees the run end. */
async function runNow(page, customer = '') {
  await page.goto('/console');
  await page.getByRole('button', { name: 'Run or try monthly' }).click();
  await page.getByRole('combobox', { name: 'Customer' }).fill(customer);
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.waitForURL(/\/console\/runs\/\d+$/);
  await page.getByText('done', { exact: true }).waitFor();
  await page.getByText('adds up').waitFor();
}

/** Totals of all issued documents, in cents, by number. */
async function issued() {
  const { items: customers } = await ask('GET', '/api/v1/customers?limit=500');
  const totals = new Map();
  for (const { key } of customers) {
    const { items } = await ask('GET', `/api/v1/customers/${key}/invoices?limit=500`);
    for (const { number, total } of items) totals.set(number, cents(total));
  }
  return totals;
}

function cents(amount) {
  assert.match(amount, /^-?\d+\.\d\d$/);
  return BigInt(amount.replace('.', ''));
}

async function lastDocument(customer) {
  const { items } = await ask('GET', `/api/v1/customers/${customer}/invoices?limit=1`);
  return items[0];
}

const signed = (page, label) =>
  page.locator('dl > div').filter({ has: page.getByText(label, { exact: true }) }).locator('data').first();

test('a price is edited with a mistake, mended, previewed, applied, billed, and taken back', async () => {
  await customerWithUnbilledMonth('journey-price');
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto(pricing);
    await settled(page);
    await goBehind(page, 'allowance="1536" price');
    await page.keyboard.type('e');
    await page.locator('.cm-problem-line').waitFor();
    await page.getByText('1 problem', { exact: true }).waitFor();
    assert.match(await page.getByRole('region', { name: 'Problems' }).innerText(), /did you mean 'price'/);
    assert.ok(await page.getByRole('button', { name: 'Apply…' }).isDisabled(), 'a draft with mistakes is not applied');
    await page.reload();
    await page.getByText('1 problem', { exact: true }).waitFor();

    await goBehind(page, 'allowance="1536" pricee="0.03');
    await typeInstead(page, 'e="0.03'.length, '="0.05');
    await page.getByText('Nothing wrong').waitFor();
    await page.getByRole('tab', { name: /Difference/ }).click();
    await page.locator('.cm-changedText').first().waitFor();

    await page.getByRole('tab', { name: 'Impact' }).click();
    await page.getByRole('combobox', { name: 'Compute' }).selectOption('due');
    await page.getByRole('button', { name: 'Compute the preview' }).click();
    await page.getByText(/pays? something else/).waitFor();
    const promised = await signed(page, 'Documents after').getAttribute('value');

    await applyDraft(page, 'bandwidth costs more');
    await page.getByText('Nothing is changed').waitFor();
    const earlier = await issued();
    await runNow(page);
    const news = [...(await issued())].filter(([number]) => !earlier.has(number));
    const total = news.reduce((sum, [, amount]) => sum + amount, 0n);
    assert.equal(total, cents(promised), 'the run bills what the preview promised, to the cent');
    const document = await lastDocument('journey-price');
    await page.goto(`/c/journey-price/invoices/${document.number}`);
    await page.getByText(/bandwidth/i).first().waitFor();

    await page.goto('/console/configuration/history');
    const former = page.getByRole('row').nth(2);
    const version = (await former.getByRole('cell').first().innerText()).trim();
    await former.getByRole('button', { name: `Go back to version ${version}` }).click();
    await page.getByLabel('Comment').fill('it was too much');
    await page.getByRole('button', { name: `Make version ${version} active` }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(pricing);
    await page.getByText(new RegExp(`^version ${version}, applied by admin`)).waitFor();
  });
});

test('a parked customer is billed once a decision table names its plan', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/waiting');
    await page.getByRole('row', { name: /wayne/ }).waitFor();

    await page.goto(fees);
    const table = page.locator('.tjs-table').first();
    await table.waitFor();
    await table.locator('.add-rule').first().click();
    const cells = table.locator('tbody tr').last().locator('td:not(.rule-index)');
    for (const [index, text] of ['"Partner"', '150', '300'].entries()) {
      await cells.nth(index).click();
      await page.keyboard.type(text);
    }
    await page.getByText('changed', { exact: true }).first().waitFor();
    await page.getByRole('textbox', { name: 'plan.name' }).fill('Partner');
    await decideUntil(page, 'Rule 4 fired.');
    await applyDraft(page, 'partners pay 150');

    await page.goto('/console/waiting');
    await page.getByRole('button', { name: 'Retry wayne' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).click();
    await page.waitForURL(/\/console\/runs\/\d+$/);
    await page.getByText('done', { exact: true }).waitFor();
    await page.goto('/console/waiting');
    await page.getByText('Nobody is parked').waitFor();
    assert.equal((await lastDocument('wayne')).total, '150.00');
  });
});

test('a plan change shows its money before it is made', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/customers?q=umb');
    await page.getByRole('link', { name: 'umbrella' }).click();
    await page.getByRole('button', { name: 'Change subscription umbrella-1' }).click();
    await page.getByRole('menuitem', { name: 'Change the plan' }).click();
    await page.getByRole('combobox', { name: 'Plan' }).fill('Enterprise');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('heading', { name: 'What it would do' }).waitFor();
    assert.notEqual(await page.locator('[data-sign="1"]').count(), 0, 'a dearer plan costs more');
    await page.getByRole('dialog').getByRole('button', { name: 'Change the plan' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Enterprise/ }).getByText(/active|future/).first().waitFor();
  });
});

test('last month is priced again', async () => {
  await customerWithUnbilledMonth('journey-reprice');
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await runNow(page, 'journey-reprice');
    const first = await lastDocument('journey-reprice');
    await page.goto(pricing);
    await settled(page);
    await goBehind(page, 'allowance="1536" price="0.03');
    await typeInstead(page, 1, '4');
    await page.getByText('Nothing wrong').waitFor();
    await page.getByRole('link', { name: 'Reprice' }).click();
    await page.getByRole('button', { name: 'Compute the preview' }).click();
    await page.getByText(/pays? something else/).waitFor();
    await page.getByRole('link', { name: 'journey-reprice' }).waitFor();
    await applyDraft(page, 'the price of last month was wrong', 'Apply and reprice…');
    await runNow(page, 'journey-reprice');
    const second = await lastDocument('journey-reprice');
    assert.notEqual(second.number, first.number, 'the difference has a document of its own');
  });
});

test('an event in quarantine is repaired and counts', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/metering');
    const table = page.getByRole('table', { name: 'Quarantine' });
    await table.getByRole('button').first().click();
    await page.getByRole('button', { name: /^Repair / }).click();
    const event = page.getByRole('textbox', { name: 'Event' });
    await event.fill((await event.inputValue()).replace('"nobody"', '"acme"'));
    await page.getByRole('textbox', { name: 'Why' }).fill('the gateway had a wrong name');
    await page.getByRole('button', { name: 'Deliver the repaired event' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Quarantine is empty').waitFor();
  });
});

test('the audit log has all of it, with before and after', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/audit-log?who=admin');
    await settled(page);
    const log = await page.getByRole('table', { name: 'Audit log' }).innerText();
    for (const area of [/configuration/, /customer/, /quarantine/, /run/]) assert.match(log, area);
    await page.getByRole('textbox', { name: 'Action' }).fill('customer');
    await page.waitForURL(/action=customer/);
    await settled(page);
    await page.getByRole('table', { name: 'Audit log' }).getByRole('button').first().click();
    await page.getByRole('heading', { name: 'After' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).or(page.getByRole('link', { name: 'Export as CSV' })).click(),
    ]);
    assert.match(download.suggestedFilename(), /\.csv$/);
  });
});

test('who only looks cannot press anything', async () => {
  const auditor = await stage.world.addPerson('olivia', 'auditor');
  await stage.visit({ as: auditor }, async ({ page }) => {
    await page.goto('/console/configuration');
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Apply…' }).count(), 0);
    await page.goto('/console/customers/acme');
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Change', exact: true }).count(), 0);
  });
});
