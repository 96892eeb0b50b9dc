// Budgets that tell, documents as files, shared costs, the bank's statements, webhooks, exports.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { lastInvoice } from '../lib/pages.mjs';
import { ask, lastMonth, runMonthly, sample } from '../lib/sample.mjs';

const stage = useStage({ before, after, own: true, ...sample });

async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Whole cents of an amount. */
function cents(amount) {
  assert.match(amount, /^-?\d+\.\d\d$/);
  return BigInt(amount.replace('.', ''));
}

/** Somebody who is told: what came, in its order, as {id, type}. */
async function listener() {
  const told = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      told.push({ id: request.headers['webhook-id'], type: JSON.parse(body).type });
      response.end();
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { told, url: `http://127.0.0.1:${server.address().port}/told`, close: () => server.close() };
}

async function until(condition, what) {
  for (let left = 150; !(await condition()); left -= 1) {
    if (left === 0) throw new Error(`still not: ${what}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

test('a budget is set with thresholds, and the overview says which of them was told', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/settings');
    await page.getByRole('button', { name: 'Add a budget' }).click();
    const budget = page.getByRole('group', { name: 'Budget 1' });
    await budget.getByLabel('Amount of a month').fill('many');
    await page.getByText('a figure such as').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Store' }).isDisabled());
    await budget.getByLabel('Amount of a month').fill('100000.005');
    await page.getByRole('button', { name: 'Store' }).click();
    await budget.getByText(/more than the 2 digits of USD/).waitFor();
    await budget.getByLabel('Amount of a month').fill('100000.00');
    assert.equal(await budget.getByText(/more than the 2 digits of USD/).count(), 0, 'what is changed is refused no more');
    await budget.getByRole('button', { name: 'Remove threshold 3 of budget 1' }).click();
    await budget.getByLabel('Figure of threshold 1 of budget 1').fill('0.01');
    await budget.getByLabel('Unit of threshold 1 of budget 1').selectOption('amount');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByText('The settings are stored').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    const thresholds = page.getByRole('list', { name: 'Thresholds of All charges' });
    await thresholds.getByText(/0\.01 spent: told/).waitFor();
    await thresholds.getByText('100 % spent: not reached').waitFor();
    await page.getByRole('table', { name: 'Thresholds of budgets' }).waitFor();
  });
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/alerts');
    await page.getByRole('table', { name: 'Thresholds of budgets' }).getByRole('link', { name: 'acme' }).waitFor();
  });
});

test('an invoice is taken along as PDF and as an electronic invoice, and compared with the one before', async () => {
  const number = await lastInvoice(stage.world);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto(`/c/acme/invoices/${number}`);
    await settled(page);
    const pdf = await downloaded(page, page.getByRole('button', { name: 'PDF' }));
    assert.equal(pdf.name, `${number}.pdf`);
    assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
    await page.getByText('Compare with the one before').click();
    const table = page.getByRole('table', { name: new RegExp(`^${number} beside`) });
    await table.getByRole('rowheader', { name: 'Sum' }).waitFor();
    await page.goto('/c/acme/interim');
    await settled(page);
    const interim = await downloaded(page, page.getByRole('button', { name: /^PDF/ }));
    assert.equal(interim.bytes.subarray(0, 5).toString(), '%PDF-');
  });
});

test('what a pool cost is entered, divided by the next run, and borne to the cent', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/allocation');
    await page.getByRole('link', { name: 'Shared platform' }).click();
    await page.getByRole('button', { name: 'Enter an amount' }).click();
    await page.getByLabel('Amount, USD').fill('1000.01');
    await page.getByLabel('Note').fill('invoice 4711');
    await page.getByRole('button', { name: 'Store the amount' }).click();
    await page.waitForURL(new RegExp(`/console/allocation/platform/${lastMonth()}$`));
    await page.getByText('It is not divided yet').waitFor();
    await runMonthly(stage.world);
    await page.reload();
    const table = page.getByRole('table', { name: /^Who bears Shared platform/ });
    await table.getByRole('rowheader', { name: 'Sum = the pool' }).waitFor();
    const sum = table.getByRole('row', { name: /^Sum/ }).locator('data').first();
    assert.equal(await sum.getAttribute('value'), '1000.01');
    const { answer } = await ask(
      stage.world, 'admin', 'GET', `/api/v1/allocation/pools/platform/months/${lastMonth()}/shares?limit=500`,
    );
    const borne = answer.items.reduce((total, { amount }) => total + cents(amount), 0n);
    assert.equal(borne, 100_001n);
    await table.getByRole('button', { expanded: false }).first().click();
    await page.getByRole('table', { name: /^Divisions that lead to/ }).waitFor();
    await page.getByRole('button', { name: 'Replace the amount' }).click();
    await page.getByLabel('Amount, USD').fill('1200.00');
    await page.getByRole('button', { name: 'Store the amount' }).click();
    await page.getByText('amount changed').waitFor();
  });
});

test('a statement is imported, and a payment settled by what is suggested', async () => {
  const { answer: balance } = await ask(stage.world, 'admin', 'GET', '/api/v1/customers/acme/balance');
  const [owed] = balance.items.find(({ currency }) => currency === 'USD').open;
  const statement = [
    'account,id,booked-on,amount,currency,counterparty,counterparty-account,text',
    `DE1,j-1,2026-11-03,${owed.open_amount},USD,Acme GmbH,,thank you`,
    'DE1,j-2,2026-11-03,99.00,USD,Somebody Else,,order 4711',
    '',
  ].join('\n');
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/bank');
    await page.getByRole('button', { name: 'Import a statement' }).click();
    await page
      .getByLabel('File of the bank')
      .setInputFiles({ name: 'day.csv', mimeType: 'text/csv', buffer: Buffer.from(statement) });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('The statement is read').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: /^Settle .* of Acme GmbH/ }).click();
    await page.getByRole('button', { name: new RegExp(`^${owed.number}: .* to the cent`) }).click();
    assert.equal(await page.getByRole('combobox', { name: 'Customer' }).inputValue(), 'acme');
    await page.getByRole('button', { name: 'Book the payment' }).click();
    await page.getByText('Booked as a payment of acme').waitFor();
    await page.getByRole('button', { name: /^Set aside .* of Somebody Else/ }).click();
    await page.getByRole('textbox', { name: 'Why' }).fill('another company of ours');
    await page.getByRole('dialog').getByRole('button', { name: 'Set aside' }).click();
    await page.getByText('Nothing to look at').waitFor();
    await page.getByLabel('State').selectOption('booked');
    await page.getByRole('table', { name: 'Transactions' }).getByRole('link', { name: owed.number }).waitFor();
  });
});

test('a webhook is added, tells a payment, and tells it once more when asked', async () => {
  const { told, url, close } = await listener();
  try {
    await stage.visit({ as: 'anna' }, async ({ page }) => {
      await page.goto('/c/acme/webhooks');
      await page.getByRole('button', { name: 'Add an endpoint' }).click();
      await page.getByLabel('Address').fill(url);
      await page.getByRole('button', { name: 'Add the endpoint' }).click();
      await page.getByRole('dialog').getByText(/^whsec_/).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await page.getByRole('link', { name: url }).click();
      await page.getByText('Nothing yet').waitFor();
      await ask(stage.world, 'admin', 'POST', '/api/v1/customers/acme/changes', {
        kind: 'pay',
        amount: '1.00',
        currency: 'USD',
        reference: 'webhook journey',
        on: new Date().toISOString().slice(0, 10),
      });
      const table = page.getByRole('table', { name: 'What the endpoint was told' });
      await table.getByRole('row', { name: /payment\.booked taken/ }).waitFor();
      assert.deepEqual(told.map(({ type }) => type), ['payment.booked']);
      await page.getByRole('button', { name: /^Resend payment.booked/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Resend' }).click();
      await until(() => told.length === 2, 'told once more');
      assert.equal(told[1].id, told[0].id, 'under the same id');
      await page.getByRole('button', { name: 'Another secret' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Another secret' }).click();
      await page.getByText('The new secret').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await page.getByText('signs as well until').waitFor();
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
      await page.getByText('disabled', { exact: true }).waitFor();
    });
  } finally {
    close();
  }
});

test('an export of a chain has the same bytes whenever it is downloaded', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/exports');
    await page.getByRole('table', { name: 'Templates' }).getByRole('link', { name: 'sap-style' }).waitFor();
    await page.getByRole('button', { name: 'Hand over' }).click();
    await page.getByRole('button', { name: 'Make the export' }).click();
    const download = page.getByRole('button', { name: /^Download export/ });
    await download.first().waitFor();
    const first = await downloaded(page, download.first());
    const again = await downloaded(page, download.first());
    assert.ok(first.bytes.length > 0 && first.bytes.equals(again.bytes));
    assert.match(first.bytes.toString(), /Assets:Receivable/);
    const journal = await downloaded(page, page.getByRole('button', { name: 'Journal', exact: true }));
    assert.match(journal.bytes.toString(), /Assets:Receivable/);
    const focus = await downloaded(page, page.getByRole('button', { name: 'Cost and usage (FOCUS)' }));
    assert.match(focus.bytes.toString(), /^"?BilledCost|BilledCost/);
  });
});
