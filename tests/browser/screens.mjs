// screens.mjs [NAME…]: writes the pictures in docs/screens, three widths in both themes. Run it when pages look different.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open, settled, themes, widths } from './lib/browser.mjs';
import { allPages } from './lib/pages.mjs';
import { fill } from './lib/sample.mjs';
import { source, World } from './lib/world.mjs';

const folder = join(source, 'docs', 'screens');
const sizeMax = 150 * 1024;
const chosen = process.argv.slice(2);
const pages = allPages.filter(({ name, screen }) => screen && (chosen.length === 0 || chosen.includes(name)));

mkdirSync(folder, { recursive: true });
const [world, browser] = await Promise.all([World.start(), launch()]);
try {
  await fill(world);
  for (const theme of themes) {
    for (const width of Object.values(widths)) {
      for (const { name, path, as, prepare } of pages) {
        const window = await open(browser, world, { theme, width, as });
        const { page } = window;
        await page.goto(typeof path === 'string' ? path : await path(world));
        await settled(page);
        await prepare?.(page);
        await settled(page);
        const file = join(folder, `${name}-${width}-${theme}.png`);
        await page.screenshot({ path: file });
        await window.close();
        const { size } = statSync(file);
        if (size > sizeMax) throw new Error(`${file} has ${size} bytes, at most ${sizeMax}`);
      }
    }
  }
} finally {
  await browser.close();
  await world.stop();
}
console.log(execFileSync('du', ['-sh', folder], { encoding: 'utf8' }).trim());
