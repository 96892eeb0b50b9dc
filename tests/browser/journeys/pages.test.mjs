// Every page in both themes: no violation of axe-core's rules, valid HTML, nothing wider than a telephone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, themes, useStage, widths } from '../lib/browser.mjs';
import { htmlErrors, overflow, renderedHtml, violations } from '../lib/checks.mjs';
import { allPages } from '../lib/pages.mjs';
import { fill, sample } from '../lib/sample.mjs';

const stage = useStage({ before, after, own: true, ...sample, prepare: ({ world }) => fill(world) });
const documents = {};

async function visitAll(theme) {
  const wrong = [];
  for (const as of new Set(allPages.map((page) => page.as))) {
    await stage.visit({ theme, as }, async ({ page }) => {
      for (const { name, path, prepare } of allPages.filter((one) => one.as === as)) {
        await page.setViewportSize({ width: widths.wide, height: 900 });
        try {
          await page.goto(typeof path === 'string' ? path : await path(stage.world));
          await settled(page);
          await prepare?.(page);
          await settled(page);
        } catch (error) {
          wrong.push(`${name}, ${theme}: ${error.message}`);
        }
        wrong.push(...(await violations(page)).map((one) => `${name}, ${theme}: ${one}`));
        documents[`${name}, ${theme}`] = await renderedHtml(page);
        await page.setViewportSize({ width: widths.narrow, height: 740 });
        const points = await overflow(page);
        if (points > 0) wrong.push(`${name}, ${theme}: ${points} points wider than a telephone`);
      }
    });
  }
  return wrong;
}

test('all pages can be read by everybody, in both themes', async () => {
  const wrong = await Promise.all(themes.map(visitAll));
  assert.deepEqual(wrong.flat(), []);
});

test('all pages are valid HTML', () => {
  assert.equal(Object.keys(documents).length, allPages.length * themes.length);
  assert.deepEqual(htmlErrors(documents), []);
});
