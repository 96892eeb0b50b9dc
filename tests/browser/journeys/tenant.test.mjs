// What a customer's people do: log in, ask what they owe, look into every number, take it with them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { lastInvoice, openUsageLine } from '../lib/pages.mjs';
import { people } from '../lib/world.mjs';

const gigabyte = 1_073_741_824;
const run = Date.now().toString(36);
let sent = 0;

const stage = useStage({
  before,
  after,
  async prepare({ world }) {
    const { secret } = await world.makeKey('before the journeys');
    await world.send(secret, [bandwidth(5 * gigabyte), bandwidth(7 * gigabyte)]);
  },
});

/** Usage of this very moment, so that it is in the present month. */
function bandwidth(bytes) {
  sent += 1;
  return {
    specversion: '1.0',
    id: `journey-${run}-${sent}`,
    source: '/journey',
    type: 'bandwidth',
    subject: 'acme',
    time: new Date().toISOString(),
    data: { bytes },
  };
}

async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

/** The exact figure behind what is shown. */
async function figure(locator) {
  return locator.getAttribute('value');
}

/** Somebody new who has followed the link that the command line prints, and has to choose a password. */
async function enterByLink(page, name) {
  const password = await stage.world.addUser(name, 'tenant-viewer', 'acme');
  await page.goto(`/login#login=${name}@acme&password=${encodeURIComponent(password)}`);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Choose a password').waitFor();
  return password;
}

async function choosePassword(page) {
  await page.getByLabel('New password', { exact: true }).fill('six quite long and quiet words');
  await page.getByLabel('New password again').fill('six quite long and quiet words');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

const balanceOf = (page) => page.getByRole('row', { name: /Balance after this/ }).locator('data');

test('a new user logs in by the link, chooses a password, and sees the overview', async () => {
  await stage.visit({}, async ({ page }) => {
    const password = await enterByLink(page, `carla-${run}`);
    assert.ok(!page.url().includes(password), 'the address keeps no password');
    assert.equal(await page.getByLabel('One-time password', { exact: true }).count(), 0, 'it is not asked for twice');
    await choosePassword(page);
    await settled(page);
    await page.getByRole('heading', { name: 'This month so far' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'API keys' }).count(), 0, 'a viewer manages nothing');
  });
});

test('after a reload the one-time password is asked for, since nothing keeps it', async () => {
  await stage.visit({}, async ({ page }) => {
    const password = await enterByLink(page, `dora-${run}`);
    await page.reload();
    await page.getByLabel('One-time password', { exact: true }).fill(password);
    await choosePassword(page);
  });
});

test('a wrong password is refused and says so', async () => {
  await stage.visit({}, async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Login').fill(people.anna.login);
    await page.getByLabel('Password', { exact: true }).fill('not the words of anna');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    assert.match(page.url(), /\/login$/);
  });
});

test('one press gives the interim invoice, and a line opens down to its events', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('link', { name: 'Interim invoice now' }).click();
    const document = page.getByRole('article', { name: 'Invoice (interim)' });
    await document.getByText('Interim', { exact: true }).waitFor();
    await document.getByText('Not issued, not a bill', { exact: false }).waitFor();
    await openUsageLine(page);
    const steps = page.getByRole('table', { name: /^Steps of the price/ });
    await steps.getByRole('rowheader', { name: /rounded/ }).waitFor();
    const events = page.getByRole('table', { name: /^Events behind the line/ });
    await events.getByText(`{"bytes":${5 * gigabyte}}`).waitFor();
  });
});

test('usage that is posted meanwhile is in the next press', async () => {
  const { secret } = await stage.world.makeKey('meanwhile');
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/interim');
    await balanceOf(page).waitFor();
    const owed = await figure(balanceOf(page));
    const event = bandwidth(3 * gigabyte);
    await stage.world.send(secret, [event]);
    await page.getByRole('button', { name: 'What do I owe now?' }).click();
    await page.waitForFunction(
      (before_) =>
        [...document.querySelectorAll('tr')].some(
          (row) => row.textContent?.includes('Balance after this') && row.querySelector('data')?.value !== before_,
        ),
      owed,
    );
    await openUsageLine(page);
    await page.getByRole('cell', { name: event.id, exact: true }).waitFor();
  });
});

test('the interim invoice is compared with last month and taken along as CSV and JSON', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/interim');
    const owed = await figure(balanceOf(page));
    const json = await downloaded(page, page.getByRole('button', { name: 'JSON' }));
    const { document } = JSON.parse(json.text).invoices[0];
    assert.equal(document.carried_forward, owed);
    assert.equal(document.interim, true);
    const csv = await downloaded(page, page.getByRole('button', { name: 'CSV' }));
    assert.match(csv.name, /^interim-acme-.*\.csv$/);
    assert.equal(csv.text.trim().split(/\r?\n/).length, document.lines.length + 1);
    await page.getByText('Compare with last month').click();
    const comparison = page.getByRole('table', { name: /so far beside/ });
    await comparison.getByRole('rowheader', { name: 'Sum' }).waitFor();
    const sum = comparison.getByRole('row', { name: /^Sum/ }).locator('data').first();
    const { comparison: told } = JSON.parse(json.text).invoices[0];
    assert.equal(await figure(sum), told.subtotal);
  });
});

test('usage is explored by meter, range and group, as picture, table and CSV', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/usage');
    await page.getByLabel('Meter').selectOption('bandwidth');
    await page.getByRole('img', { name: /^bandwidth/i }).waitFor();
    await page.getByLabel('In steps of').selectOption('total');
    await page.getByText('subject', { exact: true }).click();
    await page.getByText('Table', { exact: true }).click();
    const row = page.getByRole('row', { name: /acme/ });
    await row.waitFor();
    const shown = await figure(row.locator('data'));
    const csv = await downloaded(page, page.getByRole('button', { name: 'CSV' }));
    assert.ok(csv.text.includes(`,${shown}`), `${csv.text} has not ${shown}`);
    assert.match(page.url(), /group_by=subject/, 'the address has the question');
  });
});

test('an invoice opens from the list, its lines explain themselves, and it prints as an invoice alone', async () => {
  const number = await lastInvoice(stage.world);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/invoices');
    await page.getByRole('link', { name: number }).click();
    const document = page.getByRole('article', { name: `Invoice ${number}` });
    await document.waitFor();
    await openUsageLine(page);
    await page.emulateMedia({ media: 'print' });
    for (const hidden of ['navigation', 'banner']) {
      assert.equal(await page.getByRole(hidden).isVisible(), false, `${hidden} is not for paper`);
    }
    assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
    assert.equal(await page.getByRole('heading', { name: /^Events/ }).isVisible(), false);
    assert.equal(await document.isVisible(), true);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(0, 0, 0)');
    const paper = await page.pdf({ format: 'A4' });
    assert.ok(paper.length > 5000 && paper.subarray(0, 5).toString() === '%PDF-');
  });
});

test('the calculator asks the engine what other figures would cost', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/plan');
    const result = page.locator('p').filter({ has: page.locator('data') }).last();
    await result.waitFor();
    const before_ = await figure(result.locator('data'));
    const field = page.getByLabel(/bandwidth/i).and(page.locator('input[type="text"], input:not([type])')).first();
    await field.fill('123456');
    await page.waitForFunction(
      (value) => ![...document.querySelectorAll('p data')].some((one) => one.value === value),
      before_,
    );
  });
});

test('settings decide how numbers are written', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/settings');
    await page.getByLabel('Language of numbers and dates').selectOption('de-DE');
    await page.getByRole('button', { name: 'Add a budget' }).click();
    await page.getByLabel('Amount of a month').fill('1234.50');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('The settings are stored').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('1.234,50', { exact: false }).first().waitFor();
  });
});
