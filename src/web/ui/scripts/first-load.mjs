// What a browser fetches before the first page of the portal stands: the entry, the portal's overview, and all that
// these import. Fails above the limit.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limit = 300 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));
const firstPages = ['index.html', 'src/app/Shell.tsx', 'src/portal/OverviewPage.tsx'];

const files = new Set(['index.html', 'theme.js']);
const seen = new Set();
function add(name) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`the build has no ${name}`);
  if (seen.has(name)) return;
  seen.add(name);
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) add(imported);
}
for (const page of firstPages) add(page);

let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 6 }).length;
  total += size;
  console.log(`${String(size).padStart(8)}  ${file}`);
}
console.log(`${String(total).padStart(8)}  first load of the portal, compressed (limit ${limit})`);
if (total > limit) {
  console.error('the first load is too large: load more of it on demand');
  process.exit(1);
}
