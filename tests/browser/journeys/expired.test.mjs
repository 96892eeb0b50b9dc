// A session that was not used for as long as the settings allow.
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { people } from '../lib/world.mjs';

const stage = useStage({ before, after, own: true, settings: { RECKONER_USERS_SESSION_IDLE_TIME: 'PT6S' } });

test('an expired session leads to the login, and back to where one was', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/invoices');
    await settled(page);
    await page.waitForTimeout(7_000);
    await page.getByRole('tab', { name: 'Payments' }).click();
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('Login').fill(people.anna.login);
    await page.getByLabel('Password', { exact: true }).fill(people.anna.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Invoices', level: 1 }).waitFor();
  });
});
