// run.mjs [FILE…]: the journeys, against one daemon for all files but those that ask for their own. With RECKONER_BROWSER_WORK the packages are installed there
// and not beside this file, so that a checkout stays as it is.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const work = process.env.RECKONER_BROWSER_WORK ? resolve(process.env.RECKONER_BROWSER_WORK) : here;

process.env.RECKONER_SOURCE ??= resolve(here, '../..');

function run(program, arguments_) {
  const { status, error } = spawnSync(program, arguments_, { cwd: work, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

/** As `run`, but this process goes on reading what its world says. */
function runTests(files) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--test', '--test-concurrency=2', ...files], { cwd: work, stdio: 'inherit', env: process.env });
    child.on('error', failed);
    child.on('exit', (code) => done(code ?? 1));
  });
}

if (work !== here) {
  mkdirSync(work, { recursive: true });
  cpSync(here, work, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
}
const wanted = readFileSync(join(work, 'package-lock.json'), 'utf8');
const installed = join(work, 'node_modules', '.installed');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
  const failed = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (failed) process.exit(failed);
  writeFileSync(installed, wanted);
}

const all = readdirSync(join(work, 'journeys')).filter((name) => name.endsWith('.test.mjs'));
const chosen = process.argv.slice(2).map((name) => `${basename(name, '.test.mjs')}.test.mjs`);
const files = (chosen.length > 0 ? chosen : all).map((name) => join('journeys', name));
const { World } = await import(join(work, 'lib/world.mjs'));
const world = await World.start();
let status = 1;
try {
  process.env.RECKONER_WORLD = world.toString();
  status = await runTests(files);
} finally {
  await world.stop();
}
process.exit(status);
