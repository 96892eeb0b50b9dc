// Every dependency must run under the oldest node that is promised: Debian 12's.
import { readFileSync } from 'node:fs';
import semver from 'semver';

const oldest = '18.19.0';
const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const refused = Object.entries(packages).filter(
  ([, { engines }]) => engines?.node && !semver.satisfies(oldest, engines.node),
);
for (const [path, { version, engines }] of refused) {
  console.error(`${path} ${version} needs node ${engines.node}`);
}
if (refused.length > 0) process.exit(1);
console.log(`all ${Object.keys(packages).length - 1} packages run under node ${oldest}`);
