// What may be spent below a cost centre: set, told, refused where it is wrong or outdated, and removed when the cost centre is gone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { ask, endFieldService, sample, setCentreBudgets } from '../lib/sample.mjs';

const stage = useStage({ before, after, own: true, ...sample });

const hundred = { amount: '100.00', currency: 'USD', charge: null, thresholds: [{ on: 'actual', percent: '80' }] };

async function stored(centre) {
  const { answer } = await ask(stage.world, 'admin', 'GET', `/api/v1/cost-centres/${centre}/budgets`);
  return answer;
}

test('a budget of a cost centre is set over all below it, and what it tells is in the log', async () => {
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/cost-centres');
    const trees = page.getByRole('table', { name: 'Cost centres', exact: true });
    await trees.getByRole('row', { name: /Sales.*globex, plan SMB.*none/ }).waitFor();
    await trees.getByRole('link', { name: 'Whole company' }).click();
    await page.getByRole('link', { name: 'Engineering' }).click();
    await page.getByRole('heading', { name: 'Engineering', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'acme' }).waitFor();
    await page.getByRole('button', { name: 'Add a budget' }).click();
    const budget = page.getByRole('group', { name: 'Budget 1' });
    assert.equal(await budget.getByLabel('Currency').inputValue(), 'USD');
    await budget.getByLabel('Amount of a month').fill('100000.005');
    await budget.getByLabel('Figure of threshold 1 of budget 1').fill('0.01');
    await budget.getByLabel('Unit of threshold 1 of budget 1').selectOption('amount');
    const store = page.getByRole('button', { name: 'Store the budgets' });
    const told = page.getByRole('textbox', { name: 'Told to' });
    await told.fill('nobody');
    await page.keyboard.press('Enter');
    await store.click();
    await budget.getByText('more than the 2 digits of USD').waitFor();
    await page.getByText("'nobody' is not one mail address").waitFor();
    await page.getByRole('alert').getByText('the budgets are not as they must be').waitFor();
    await told.press('Backspace');
    await told.fill('cto@example.com');
    await page.keyboard.press('Enter');
    await budget.getByLabel('Amount of a month').fill('100000.00');
    await store.click();
    await page.getByText('Engineering: the budgets are stored').waitFor();
    assert.equal(await page.getByRole('alert').getByText('the budgets are not').count(), 0);
    await page.getByRole('table', { name: /^Thresholds of budgets/ }).getByText(/0\.01/).waitFor();
    await page.getByRole('link', { name: 'All cost centres' }).click();
    await trees.getByRole('row', { name: /Engineering.*100,000\.00.*for all charges/ }).getByText('cto@example.com').waitFor();
  });
  const { budgets, also_to: addresses } = await stored('engineering');
  assert.deepEqual(budgets.map(({ amount, charge }) => [amount, charge]), [['100000.00', null]]);
  assert.deepEqual(addresses, ['cto@example.com']);
});

test('who has read older budgets is refused, and goes on from what is stored', async () => {
  await setCentreBudgets(stage.world, 'sales', [hundred], []);
  await stage.visit({ as: 'admin', width: 375 }, async ({ page }) => {
    await page.goto('/console/cost-centres/sales');
    const budget = page.getByRole('group', { name: 'Budget 1' });
    await budget.getByLabel('Amount of a month').fill('300.00');
    await setCentreBudgets(stage.world, 'sales', [{ ...hundred, amount: '200.00' }], []);
    const store = page.getByRole('button', { name: 'Store the budgets' });
    await store.click();
    await page.getByRole('button', { name: 'Show what is stored now' }).click();
    await page.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value === '200.00'));
    assert.equal(await page.getByRole('alert').count(), 0);
    await budget.getByLabel('Amount of a month').fill('300.00');
    await store.click();
    await page.getByText('Sales: the budgets are stored').waitFor();
  });
  assert.equal((await stored('sales')).budgets[0].amount, '300.00');
});

test('budgets of a cost centre that the configuration lost are shown as such, and removed', async () => {
  await setCentreBudgets(stage.world, 'field-service', [hundred], []);
  await endFieldService(stage.world);
  await stage.visit({ as: 'admin' }, async ({ page }) => {
    await page.goto('/console/cost-centres');
    const waiting = page.getByRole('table', { name: /^Budgets whose cost centre/ });
    await waiting.getByText('not in the configuration').waitFor();
    await waiting.getByRole('link', { name: 'field-service' }).click();
    await page.getByText('The configuration does not have this cost centre').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Store the budgets' }).count(), 0);
    await page.getByRole('button', { name: 'Remove the budgets' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the budgets' }).click();
    await page.getByText('The budgets of field-service are removed').waitFor();
    await page.waitForURL(/\/console\/cost-centres$/);
    await waiting.waitFor({ state: 'detached' });
    await page.goto('/console/cost-centres/field-service');
    await page.getByText("there is no cost centre 'field-service'").waitFor();
  });
});

test('who may only look reads the budgets', async () => {
  const auditor = await stage.world.addPerson('vera', 'auditor');
  await stage.visit({ as: auditor }, async ({ page }) => {
    await page.goto('/console/cost-centres/sales');
    await page.getByRole('region', { name: 'Budgets of a month' }).getByText('for all charges').waitFor();
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Store the budgets' }).count(), 0);
  });
});
