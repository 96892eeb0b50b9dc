// What every page has to stand: axe-core's rules, and a DOM that is valid HTML.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const axe = require('axe-core');
const validator = join(dirname(require.resolve('vnu-jar/package.json')), 'build/dist/vnu.jar');

/** Violations of axe-core's rules on a page, in words; none is an empty list. */
export async function violations(page) {
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary}`),
  );
}

/** The document as it stands now, not as it was sent. */
export async function renderedHtml(page) {
  return `<!doctype html>\n${await page.evaluate(() => document.documentElement.outerHTML)}`;
}

/**
 * Errors of the HTML checker in documents by name, in words. One start of the checker for all of them: it takes
 * seconds.
 */
export function htmlErrors(documents) {
  const folder = mkdtempSync(join(tmpdir(), 'reckoner-html-'));
  try {
    const names = Object.keys(documents);
    const paths = names.map((name, index) => {
      const path = join(folder, `${index}.html`);
      writeFileSync(path, documents[name]);
      return path;
    });
    const { stderr, error } = spawnSync('java', ['-jar', validator, '--errors-only', '--format', 'json', ...paths], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    if (error) throw new Error('there is no java: scripts/install-deps --tests installs it', { cause: error });
    return JSON.parse(stderr).messages.map(({ url, message, extract, lastLine }) => {
      const name = names[paths.findIndex((path) => url?.endsWith(path))];
      return `${name}, line ${lastLine}: ${message}\n  ${extract ?? ''}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Points by which a page is wider than its window; 0 where it fits. */
export function overflow(page) {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
}
