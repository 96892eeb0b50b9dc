// The unmodified @openmeter/sdk against a running Reckoner.
import assert from "node:assert/strict";
import { OpenMeter } from "@openmeter/sdk";

const baseUrl = process.env.RECKONER_URL;
const client = new OpenMeter({ baseUrl, apiKey: process.env.RECKONER_KEY });

const minute = (text) => new Date(`2026-11-01T${text}Z`);
const from = minute("00:00:00");
const to = new Date("2026-11-02T00:00:00Z");
// Made anew for each call: the SDK turns the dates of what it is given into texts, in place.
const day = () => ({ from: new Date(from), to: new Date(to) });
const values = (answer) => answer.data.map((row) => row.value);

async function refused(call, status, title, detail) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, "HTTPError");
    assert.equal(error.status, status);
    assert.equal(error.title, title);
    assert.equal(error.type, "about:blank");
    assert.match(error.message, detail);
    assert.match(error.getField("instance"), /^urn:request:./);
    return true;
  });
}

// Meters -----------------------------------------------------------------------------------------
const made = await client.meters.create({
  slug: "tokens_total",
  name: "Tokens",
  description: "Tokens of all prompts",
  aggregation: "SUM",
  eventType: "prompt",
  valueProperty: "$.tokens",
  groupBy: { model: "$.model", type: "$.type" },
  metadata: { team: "ai" },
});
assert.match(made.id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
assert.equal(made.slug, "tokens_total");
assert.ok(made.createdAt instanceof Date && made.updatedAt instanceof Date);
assert.deepEqual(made.groupBy, { model: "$.model", type: "$.type" });
assert.deepEqual(made.metadata, { team: "ai" });
assert.equal(made.deletedAt, undefined);

for (const [slug, aggregation] of [["calls", "COUNT"], ["most", "MAX"], ["least", "MIN"], ["mean", "AVG"]]) {
  const meter = await client.meters.create({
    slug,
    aggregation,
    eventType: "prompt",
    ...(aggregation === "COUNT" ? {} : { valueProperty: "$.tokens" }),
  });
  assert.equal(meter.name, slug);
}
await client.meters.create({ slug: "users", aggregation: "UNIQUE_COUNT", eventType: "login", valueProperty: "$.user" });
await client.meters.create({ slug: "seats", aggregation: "LATEST", eventType: "seats", valueProperty: "$.seats" });

assert.deepEqual(await client.meters.get(made.id), made);
assert.deepEqual(await client.meters.get("tokens_total"), made);
const listed = await client.meters.list();
assert.ok(Array.isArray(listed));
assert.ok(listed.some((meter) => meter.slug === "tokens_total"));

const updated = await client.meters.update("tokens_total", { name: "All tokens", metadata: { team: "ml" } });
assert.equal(updated.name, "All tokens");
assert.deepEqual(updated.metadata, { team: "ml" });
assert.deepEqual(updated.groupBy, made.groupBy);

// Ingest -----------------------------------------------------------------------------------------
const event = (id, time, data, subject = "acme", type = "prompt") => ({ id, source: "sdk", type, subject, time, data });
assert.equal(
  await client.events.ingest([
    event("1", minute("10:00:10"), { tokens: "0.1", model: "gpt", type: "input" }),
    event("2", minute("10:00:50"), { tokens: 0.2, model: "gpt", type: "output" }),
    event("3", minute("10:16:00"), { tokens: "10", model: "llama", type: "input" }),
    event("4", minute("23:30:00"), { tokens: 5, model: "gpt" }, "globex"),
  ]),
  undefined,
);
await client.events.ingest(event("1", minute("10:00:10"), { tokens: "0.1", model: "gpt", type: "input" }));
await client.events.ingest({ type: "prompt", subject: "acme", data: { tokens: "1", model: "now" } });
await client.events.ingest([
  event("l1", minute("09:00:00"), { user: "ann" }, "acme", "login"),
  event("l2", minute("09:01:00"), { user: "bob" }, "acme", "login"),
  event("l3", minute("09:02:00"), { user: "ann" }, "acme", "login"),
  event("s1", minute("09:00:00"), { seats: 3 }, "acme", "seats"),
  event("s2", minute("12:00:00"), { seats: 7 }, "acme", "seats"),
  event("s3", minute("11:00:00"), { seats: 5 }, "acme", "seats"),
]);

// Queries ----------------------------------------------------------------------------------------
const total = await client.meters.query("tokens_total", day());
assert.deepEqual(total.from, from);
assert.deepEqual(total.to, to);
assert.deepEqual(total.data, [
  { value: 15.3, windowStart: from, windowEnd: to, subject: null, groupBy: {} },
]);

const hours = await client.meters.query(made.id, { ...day(), windowSize: "HOUR" });
assert.equal(hours.windowSize, "HOUR");
assert.deepEqual(hours.data.map((row) => [row.windowStart, row.windowEnd, row.value]), [
  [minute("10:00:00"), minute("11:00:00"), 10.3],
  [minute("23:00:00"), new Date("2026-11-02T00:00:00Z"), 5],
]);
assert.deepEqual(values(await client.meters.query("tokens_total", { ...day(), windowSize: "MINUTE" })), [0.3, 10, 5]);
const newYork = await client.meters.query("tokens_total", {
  from: new Date("2026-10-31T00:00:00Z"),
  to: new Date("2026-11-03T00:00:00Z"),
  windowSize: "DAY",
  windowTimeZone: "America/New_York",
});
assert.deepEqual(newYork.data.map((row) => [row.windowStart, row.windowEnd]), [
  [minute("04:00:00"), new Date("2026-11-02T05:00:00Z")],
]);
assert.equal((newYork.data[0].windowEnd - newYork.data[0].windowStart) / 3_600_000, 25);
assert.deepEqual(values(await client.meters.query("calls", day())), [4]);
assert.deepEqual(values(await client.meters.query("most", day())), [10]);
assert.deepEqual(values(await client.meters.query("least", day())), [0.1]);
assert.deepEqual(values(await client.meters.query("mean", day())), [3.825]);
assert.deepEqual(values(await client.meters.query("users", day())), [2]);
assert.deepEqual(values(await client.meters.query("seats", day())), [7]);

const grouped = await client.meters.query("tokens_total", {
  ...day(),
  subject: ["acme", "no body"],
  groupBy: ["model", "type"],
});
assert.deepEqual(grouped.data.map((row) => [row.subject, row.groupBy, row.value]), [
  ["acme", { model: "gpt", type: "input" }, 0.1],
  ["acme", { model: "gpt", type: "output" }, 0.2],
  ["acme", { model: "llama", type: "input" }, 10],
]);
const bySubject = await client.meters.query("tokens_total", { ...day(), groupBy: ["subject"] });
assert.deepEqual(bySubject.data.map((row) => [row.subject, row.value]), [["acme", 10.3], ["globex", 5]]);
assert.deepEqual(values(await client.meters.query("tokens_total", { ...day(), filterGroupBy: { model: "gpt" } })), [5.3]);
assert.deepEqual(
  values(
    await client.meters.query("tokens_total", {
      ...day(),
      advancedMeterGroupByFilters: JSON.stringify({ model: { $in: ["llama", "x"] } }),
    }),
  ),
  [10],
);
const posted = await client.meters.queryPost("tokens_total", {
  ...day(),
  subject: ["acme"],
  filterGroupBy: { model: ["gpt", "llama"], type: ["input"] },
  groupBy: ["model"],
});
assert.deepEqual(posted.data.map((row) => [row.groupBy.model, row.value]), [["gpt", 0.1], ["llama", 10]]);
const advanced = await client.meters.queryPost("tokens_total", {
  ...day(),
  advancedMeterGroupByFilters: { type: { $or: [{ $eq: "output" }, { $like: "in%" }] } },
});
assert.deepEqual(values(advanced), [10.3]);
const ofCustomer = await client.meters.query("tokens_total", { ...day(), filterCustomerId: ["globex"] });
assert.deepEqual(ofCustomer.data.map((row) => [row.customerId, row.value]), [["globex", 5]]);
assert.deepEqual((await client.meters.query("tokens_total", { from: new Date("2030-01-01"), to: new Date("2030-01-02") })).data, []);

const csv = await fetch(`${baseUrl}/api/v1/meters/tokens_total/query?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&groupBy=subject`, {
  headers: { accept: "text/csv", authorization: `Bearer ${process.env.RECKONER_KEY}` },
});
assert.equal(csv.headers.get("content-type"), "text/csv");
assert.match(csv.headers.get("content-disposition"), /^attachment/);
assert.equal(
  (await csv.text()).replaceAll("\r\n", "\n"),
  "window_start,window_end,subject,value\n" +
    "2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,acme,10.300000\n" +
    "2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,globex,5.000000\n",
);

assert.deepEqual(await client.meters.listGroupByValues("tokens_total", "model", day()), ["gpt", "llama"]);
assert.deepEqual(await client.meters.listGroupByValues("tokens_total", "model"), ["now"]);

// Events -----------------------------------------------------------------------------------------
await client.events.ingest({ id: "bad", source: "sdk", type: "prompt", subject: "acme", data: { tokens: "many" } });
const events = await client.events.list({ limit: 100, subject: "acme" });
assert.ok(Array.isArray(events));
const bad = events.find((one) => one.event.id === "bad");
assert.match(bad.validationError, /many/);
assert.ok(bad.ingestedAt instanceof Date && bad.storedAt instanceof Date);
assert.equal(events.filter((one) => one.event.id === "1").length, 1);
const good = events.find((one) => one.event.id === "3");
assert.equal(good.validationError, undefined);
assert.equal(good.customerId, "acme");
assert.deepEqual(good.event.data, { tokens: "10", model: "llama", type: "input" });
assert.deepEqual(good.event.time, minute("10:16:00"));

const seen = [];
let cursor;
do {
  const page = await client.events.listV2({
    limit: 3,
    ...(cursor ? { cursor } : {}),
    filter: JSON.stringify({ source: { $eq: "sdk" }, type: { $eq: "prompt" } }),
  });
  seen.push(...page.items.map((one) => one.event.id));
  cursor = page.nextCursor;
} while (cursor);
assert.deepEqual(seen, ["bad", "4", "3", "2", "1"]);

// Subjects ---------------------------------------------------------------------------------------
const subjects = await client.subjects.upsert([
  { key: "acme", displayName: "Acme, Inc.", metadata: { tier: "gold" } },
  { key: "a/b c", displayName: "Odd" },
]);
assert.deepEqual(subjects.map((subject) => subject.key), ["acme", "a/b c"]);
assert.equal((await client.subjects.get("acme")).displayName, "Acme, Inc.");
assert.equal((await client.subjects.get("a/b c")).displayName, "Odd");
assert.equal((await client.subjects.list()).length, 2);
assert.equal(await client.subjects.delete("a/b c"), undefined);
await refused(() => client.subjects.get("a/b c"), 404, "Not Found", /there is no subject/);

// Errors -----------------------------------------------------------------------------------------
await refused(() => client.meters.get("nothing"), 404, "Not Found", /there is no meter 'nothing'/);
await refused(() => client.meters.query("nothing", day()), 404, "Not Found", /there is no meter/);
await refused(() => client.meters.query("tokens_total", { ...day(), groupBy: ["colour"] }), 400, "Bad Request", /invalid group by: colour/);
await refused(() => client.meters.query("tokens_total", { from: new Date(to), to: new Date(from) }), 400, "Bad Request", /is not before/);
await refused(() => client.meters.query("tokens_total", { ...day(), windowSize: "DAY", windowTimeZone: "Mars/Olympus" }), 400, "Bad Request", /windowTimeZone/);
await refused(
  () => client.meters.create({ slug: "tokens_total", aggregation: "COUNT", eventType: "prompt" }),
  409,
  "Conflict",
  /exists already/,
);
await refused(
  () => client.meters.create({ slug: "No Slug", aggregation: "COUNT", eventType: "prompt" }),
  400,
  "Bad Request",
  /slug is 'No Slug'/,
);
await refused(() => client.events.ingest({ type: "", subject: "acme", data: {} }), 400, "Bad Request", /./);
const stranger = new OpenMeter({ baseUrl, apiKey: "rk_wrong" });
await refused(() => stranger.meters.list(), 401, "Unauthorized", /./);

// The end of a meter -----------------------------------------------------------------------------
assert.equal(await client.meters.delete("least"), undefined);
await refused(() => client.meters.get("least"), 404, "Not Found", /there is no meter/);
assert.ok(!(await client.meters.list()).some((meter) => meter.slug === "least"));
console.log("openmeter: all assertions hold");
