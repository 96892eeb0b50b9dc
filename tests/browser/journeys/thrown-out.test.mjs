// Whoever may not come in any more is out at the next step.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';

const stage = useStage({ before, after });

const asks = (key) =>
  fetch(`${stage.world.url}/api/v1/customers/acme/meters`, { headers: { Authorization: `Bearer ${key}` } });

test('a key that is revoked in the browser is refused within five seconds', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/keys');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('lost laptop');
    await dialog.getByLabel(/^query/).check();
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const secret = await dialog.locator('code').textContent();
    assert.match(secret, /^rk_/);
    assert.equal((await asks(secret)).status, 200);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Revoke lost laptop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('lost laptop is revoked').waitFor();
    const deadline = Date.now() + 5000;
    let status = 200;
    while (status === 200 && Date.now() < deadline) {
      await page.waitForTimeout(200);
      ({ status } = await asks(secret));
    }
    assert.equal(status, 401);
  });
});

test('a session that was ended elsewhere leads to the login, and back to where one was', async () => {
  const dora = await stage.world.addPerson('dora', 'tenant-viewer', 'acme');
  const next = 'five other quiet words';
  await stage.visit({ as: dora }, async ({ page }) => {
    await page.goto('/c/acme/invoices');
    await settled(page);
    await stage.world.request('POST', '/api/v1/session/password', {
      session: await stage.world.logIn(dora.login, dora.password),
      body: { current_password: dora.password, new_password: next },
    });
    await page.getByRole('link', { name: 'Plan and prices' }).click();
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('Login').fill(dora.login);
    await page.getByLabel('Password', { exact: true }).fill(next);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Plan and prices', level: 1 }).waitFor();
  });
});

test('another customer is as one that does not exist', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    const texts = [];
    for (const customer of ['globex', 'nobody-at-all']) {
      await page.goto(`/c/${customer}/invoices`);
      await page.getByRole('heading', { name: 'Not found' }).waitFor();
      texts.push(await page.getByRole('main').textContent());
    }
    assert.equal(texts[0], texts[1]);
    await page.goto('/console');
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
  });
});

test('a user who is disabled is out', async () => {
  const eva = await stage.world.addPerson('eva', 'tenant-viewer', 'acme');
  await stage.visit({ as: eva }, async ({ page }) => {
    await page.goto('/c/acme');
    await settled(page);
    await stage.world.command('user', 'disable', eva.login);
    await page.waitForTimeout(5000); // as long as the daemon may remember the session
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });
});
