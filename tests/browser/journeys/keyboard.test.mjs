// From the login to a line of the interim invoice without a mouse.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, useStage } from '../lib/browser.mjs';
import { people } from '../lib/world.mjs';

const stage = useStage({ before, after });

/** Text or label of what has the focus. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });
}

async function tabTo(page, wanted, most = 60) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    if (wanted.test(await focused(page))) return;
  }
  throw new Error(`${most} times Tab did not reach ${wanted}`);
}

test('the keyboard alone leads from the login to what a line is made of', async () => {
  await stage.visit({}, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(people.anna.login);
    await page.keyboard.press('Tab');
    await page.keyboard.type(people.anna.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await settled(page);

    await tabTo(page, /^Skip to content$/);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none', 'the focus is visible');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Interim invoice now$/);
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Invoice (interim)' }).waitFor();
    await settled(page);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'the focus follows the page');

    await tabTo(page, /professional|fee/i);
    await page.keyboard.press('Enter');
    await page.locator('button[aria-expanded="true"]').first().waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('td button[aria-expanded="true"]').count(), 0);
  });
});

test('menus and dialogs take the focus and give it back', async () => {
  await stage.visit({ as: 'anna' }, async ({ page }) => {
    await page.goto('/c/acme/users');
    await settled(page);
    await tabTo(page, /^Add a user$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await dialog.waitFor();
    assert.equal(await dialog.evaluate((element) => element.contains(document.activeElement)), true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.match(await focused(page), /^Add a user$/);
  });
});
