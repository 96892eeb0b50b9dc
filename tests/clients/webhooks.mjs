// What endpoints were told, judged by the reference library of Standard Webhooks: standard input holds
// [{secret, headers, body, good}], `good` saying whether it must verify.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const told = JSON.parse(readFileSync(0, "utf8"));
assert.ok(told.length > 0);
for (const { secret, headers, body, good } of told) {
  const verify = () => new Webhook(secret).verify(body, headers);
  if (good) assert.deepEqual(verify(), JSON.parse(body));
  else assert.throws(verify);
}
console.log(`webhooks: all assertions hold (${told.length})`);
