// screens.mjs [NAME…]: writes the pictures in docs/screens, three widths in both themes. Run it when pages look different.
// Needs pngquant, beside what the tests need.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open, settled, themes, widths } from './lib/browser.mjs';
import { allPages } from './lib/pages.mjs';
import { small } from './lib/pictures.mjs';
import { fill, sample } from './lib/sample.mjs';
import { source, World } from './lib/world.mjs';

const folder = join(source, 'docs', 'screens');
const sizeMax = 150 * 1024;
const chosen = process.argv.slice(2);
const pages = allPages.filter(({ name, screen }) => screen && (chosen.length === 0 || chosen.includes(name)));

const tooLarge = [];
mkdirSync(folder, { recursive: true });
const [world, browser] = await Promise.all([World.start(sample.settings, sample.files), launch()]);
try {
  await fill(world);
  for (const theme of themes) {
    for (const width of Object.values(widths)) {
      // One session for all pages of somebody: the server keeps the last twenty of each.
      const windows = new Map();
      for (const { name, path, as, prepare } of pages) {
        if (!windows.has(as)) windows.set(as, await open(browser, world, { theme, width, as }));
        const { page } = windows.get(as);
        await page.goto(typeof path === 'string' ? path : await path(world));
        await settled(page);
        await prepare?.(page);
        await settled(page);
        const file = join(folder, `${name}-${width}-${theme}.png`);
        const picture = small(await page.screenshot());
        if (picture.length > sizeMax) tooLarge.push(`${file}: ${picture.length} bytes, at most ${sizeMax}`);
        else writeFileSync(file, picture);
      }
      for (const window of windows.values()) await window.close();
    }
  }
} finally {
  await browser.close();
  await world.stop();
}
if (tooLarge.length > 0) throw new Error(tooLarge.join('\n'));
console.log(execFileSync('du', ['-sh', folder], { encoding: 'utf8' }).trim());
