// Keys that may not do everything: limited to the customer acme (RECKONER_KEY), and to taking in (RECKONER_INGEST_KEY).
import assert from "node:assert/strict";
import { OpenMeter } from "@openmeter/sdk";

const baseUrl = process.env.RECKONER_URL;
const day = () => ({ from: new Date("2026-11-01T00:00:00Z"), to: new Date("2026-11-02T00:00:00Z") });
const refused = (call, status) => assert.rejects(call, (error) => error.status === status);

const acme = new OpenMeter({ baseUrl, apiKey: process.env.RECKONER_KEY });
const all = await acme.meters.query("tokens_total", { ...day(), groupBy: ["subject"] });
assert.deepEqual(all.data.map((row) => [row.subject, row.value]), [["acme", 10.3]]);
assert.deepEqual((await acme.meters.query("tokens_total", { ...day(), subject: ["globex"] })).data, []);
await refused(() => acme.meters.query("tokens_total", { ...day(), filterCustomerId: ["globex"] }), 404);
await refused(() => acme.meters.create({ slug: "mine", aggregation: "COUNT", eventType: "prompt" }), 403);
await refused(() => acme.meters.delete("tokens_total"), 403);
assert.ok((await acme.events.listV2({ limit: 100 })).items.every((one) => one.event.subject === "acme"));

const sender = new OpenMeter({ baseUrl, apiKey: process.env.RECKONER_INGEST_KEY });
await refused(() => sender.meters.query("tokens_total", day()), 403);
await refused(() => sender.events.list(), 403);
console.log("limited: all assertions hold");
