// What a customer does not agree to: disputed on the invoice, decided in the console.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { lastInvoice, openUsageLine } from '../lib/pages.mjs';
import { ask, sample } from '../lib/sample.mjs';

const stage = useStage({ before, after, own: true, ...sample });

async function disputes(state) {
  const { answer } = await ask(stage.world, 'admin', 'GET', `/api/v1/customers/acme/disputes?state=${state}`);
  return answer.items;
}

test('a line is disputed by the customer, and credited in the console', async () => {
  const number = await lastInvoice(stage.world);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto(`/c/acme/invoices/${number}`);
    await settled(page);
    await page.getByText('Nothing of it is disputed').waitFor();
    await openUsageLine(page);
    await page.getByRole('button', { name: 'Dispute this line' }).click();
    const dialog = page.getByRole('dialog', { name: `Dispute ${number}` });
    assert.notEqual(await dialog.getByLabel('What of it').inputValue(), '');
    await dialog.getByLabel(/^Amount, /).fill('none');
    await dialog.getByLabel('What is wrong').fill('that machine was switched off');
    assert.ok(await dialog.getByRole('button', { name: 'Open the dispute' }).isDisabled());
    await dialog.getByLabel(/^Amount, /).fill('0.01');
    await dialog.getByRole('button', { name: 'Open the dispute' }).click();
    const table = page.getByRole('table', { name: `Disputes of ${number}` });
    await table.getByText('open', { exact: true }).waitFor();
  });
  const [open] = await disputes('open');
  assert.equal(open.document, number);
  assert.equal(open.amount, '0.01');
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/receivables');
    const table = page.getByRole('table', { name: 'Disputes' });
    await table.getByRole('button', { expanded: false }).first().click();
    await page.getByText('that machine was switched off').last().waitFor();
    await page.getByRole('link', { name: `how line ${open.line} came about` }).waitFor();
    await page.getByRole('button', { name: `Credit the dispute of line ${open.line} of ${number}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('switched off, as you say');
    await dialog.getByRole('button', { name: 'Issue the credit note' }).click();
    await page.getByText('Nothing to decide').waitFor();
  });
  const [credited] = await disputes('credited');
  assert.ok(credited.credit_note);
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto(`/c/acme/invoices/${number}`);
    const table = page.getByRole('table', { name: `Disputes of ${number}` });
    await table.getByText('credited', { exact: true }).waitFor();
    await table.getByRole('button', { expanded: false }).first().click();
    await table.getByText('switched off, as you say').waitFor();
    await table.getByRole('link', { name: credited.credit_note }).waitFor();
  });
});

test('a document is disputed as a whole, withdrawn, disputed again and refused with a reason', async () => {
  const number = await lastInvoice(stage.world, 'acme', 'invoice');
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto(`/c/acme/invoices/${number}`);
    await settled(page);
    const dispute = async (message) => {
      await page.getByRole('button', { name: 'Dispute', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: `Dispute ${number}` });
      await dialog.getByLabel('What is wrong').fill(message);
      await dialog.getByLabel(/^Amount, /).fill('0.02');
      await dialog.getByRole('button', { name: 'Open the dispute' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    await dispute('a slip of ours');
    await page.getByRole('button', { name: 'Withdraw the dispute of the whole document' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await page
      .getByRole('table', { name: `Disputes of ${number}` })
      .getByText('withdrawn', { exact: true })
      .waitFor();
    await dispute('we never ordered it');
  });
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/receivables');
    await page.getByRole('button', { name: `Refuse the dispute of the whole document of ${number}` }).click();
    await page.getByLabel('Reason, which the customer reads').fill('you signed the order of May');
    await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('Nothing to decide').waitFor();
    await page.getByRole('tab', { name: 'Dunning' }).click();
    await page.getByRole('heading', { name: 'Who is reminded' }).waitFor();
    await page.getByRole('tab', { name: 'Write-offs' }).click();
    await page.getByRole('heading', { name: 'Work list: is it given up?' }).waitFor();
  });
  const [refused] = await disputes('refused');
  assert.equal(refused.reason, 'you signed the order of May');
});
