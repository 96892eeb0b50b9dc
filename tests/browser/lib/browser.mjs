// Debian's chromium, driven by playwright-core.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { people, World } from './world.mjs';

const programs = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
export const widths = { narrow: 360, middle: 768, wide: 1440 };
export const themes = ['light', 'dark'];

function chromiumProgram() {
  const found = programs.find((path) => path && existsSync(path));
  if (!found) throw new Error('there is no chromium: scripts/install-deps --tests installs it');
  return found;
}

export function launch() {
  // Without a sandbox of its own it also runs as root and in containers; it only visits the daemon of the test.
  return chromium.launch({ executablePath: chromiumProgram(), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/**
 * A window. Whatever the page's console complains about (an exception, a refused script or style) is an error of
 * `window.complaints`, which `close` throws.
 */
export async function open(browser, world, { width = widths.wide, theme = 'light', as, ...more } = {}) {
  const context = await browser.newContext({
    baseURL: world.url,
    viewport: { width, height: width < 500 ? 740 : 900 },
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    ...more,
  });
  context.setDefaultTimeout(30_000);
  if (as) await logIn(context, as);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // The browser logs each answer of 4xx; which of them are wrong is for the journeys to say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return {
    page,
    context,
    complaints,
    async close() {
      await context.close();
      if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
    },
  };
}

/** Begins a session without the login page: its cookie goes into the window. */
export async function logIn(context, who) {
  const { login, password } = typeof who === 'string' ? people[who] : who;
  const response = await context.request.post('/api/v1/session', { data: { login, password } });
  if (!response.ok()) throw new Error(`${login} cannot log in: ${response.status()} ${await response.text()}`);
}

/** A page that has all it asked for. */
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(
    () => !document.querySelector('.mantine-Skeleton-root, [data-loading="true"], .mantine-Loader-root'),
  );
  await page.waitForLoadState('networkidle');
}

/**
 * World and browser for the journeys of one file:
 *   const stage = useStage({ before, after });
 *   test('…', async () => { await stage.visit({ as: 'anna' }, async ({ page }) => …); });
 * The world is shared with the other files, unless it is to be the file's own: a journey that changes prices, runs engines or
 * does anything else that others would see needs that. `settings` are environment variables of such a daemon, `files` what its
 * configuration has otherwise; `prepare` is done once before the journeys.
 */
export function useStage({ before, after, prepare, own = false, settings, files }) {
  const stage = {
    world: null,
    browser: null,
    async visit(options, journey) {
      const window = await open(stage.browser, stage.world, options);
      let failed = true;
      try {
        await journey(window);
        failed = false;
      } finally {
        // What the journey threw says more than what the page complained of.
        await window.close().catch((error) => {
          if (!failed) throw error;
        });
      }
    },
  };
  before(async () => {
    const shared = process.env.RECKONER_WORLD;
    const world = shared && !own ? World.attach(shared) : World.start(settings, files);
    [stage.world, stage.browser] = await Promise.all([world, launch()]);
    await prepare?.(stage);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.world?.stop();
  });
  return stage;
}
