// The unmodified cloudevents SDK against a running Reckoner, in the modes it can emit, and a batch of its own events.
import assert from "node:assert/strict";
import http from "node:http";
import { CloudEvent, HTTP } from "cloudevents";

const url = new URL("/api/v1/events", process.env.RECKONER_URL);
const authorization = `Bearer ${process.env.RECKONER_KEY}`;

/// Without Content-Length: node sends the body in chunks. The SDK's own transport hides the status.
function send({ headers, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", headers: { ...headers, authorization } }, (response) => {
      let text = "";
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.on("error", reject);
    const bytes = Buffer.from(body);
    request.write(bytes.subarray(0, 3));
    setTimeout(() => request.end(bytes.subarray(3)), 20);
  });
}

const event = (id, data, more = {}) =>
  new CloudEvent({
    id,
    source: "/cloudevents/sdk",
    type: "ce",
    subject: "acme",
    time: "2026-11-05T10:00:00Z",
    datacontenttype: "application/json",
    data,
    ...more,
  });
const accepted = async (message) => {
  const answer = await send(message);
  assert.ok(answer.status === 200 || answer.status === 204, `${answer.status} ${answer.text}`);
};

await accepted(HTTP.binary(event("binary", { n: "1.5" })));
await accepted(HTTP.binary(event("extended", { n: 2 }, { traceparent: "00-a-b-01", tenant: "t1" })));
await accepted(HTTP.structured(event("structured", { n: 4 })));
await accepted(HTTP.structured(event("structured", { n: 4 })));
await accepted({
  headers: { "content-type": "application/cloudevents-batch+json; charset=utf-8" },
  body: JSON.stringify([event("batch1", { n: 8 }), event("batch2", { n: 16 })]),
});
// Not ASCII: the specification has it percent-encoded, which this SDK does not do.
await accepted({
  headers: {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "caf%C3%A9",
    "ce-source": "/cloudevents/sdk",
    "ce-type": "ce",
    "ce-subject": "acme",
    "ce-time": "2026-11-05T11:00:00Z",
  },
  body: JSON.stringify({ n: 32 }),
});
const wrong = await send({ headers: { "content-type": "application/json", "ce-specversion": "0.3", "ce-id": "x" }, body: "{}" });
assert.equal(wrong.status, 400);

const get = async (path) => {
  const answer = await fetch(new URL(path, process.env.RECKONER_URL), { headers: { authorization } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
};
const usage = await get("/api/v1/meters/ce_sum/query?from=2026-11-05T00:00:00Z&to=2026-11-06T00:00:00Z");
assert.deepEqual(usage.data.map((row) => row.value), [63.5]);
const filter = encodeURIComponent(JSON.stringify({ source: { $eq: "/cloudevents/sdk" } }));
const { items } = await get(`/api/v2/events?filter=${filter}`);
assert.deepEqual(items.map((one) => one.event.id).sort(), ["batch1", "batch2", "binary", "café", "extended", "structured"]);
assert.ok(items.every((one) => one.validationError === undefined));
console.log("cloudevents: all assertions hold");
