// Runs src/**/*.test.ts under node's own test runner, bundled by what vite brings along.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = readdirSync(join(root, 'src'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.test.ts'));
const folder = mkdtempSync(join(tmpdir(), 'reckoner-ui-'));
let status = 1;
try {
  await build({
    entryPoints: tests.map((name) => join(root, 'src', name)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    tsconfig: join(root, 'tsconfig.json'),
    banner: { js: "globalThis.navigator ??= { language: 'en-GB' };" },
  });
  const bundles = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.mjs'));
  status = spawnSync(process.execPath, ['--test', ...bundles.map((name) => join(folder, name))], {
    stdio: 'inherit',
  }).status;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status ?? 1);
