// Usage of the present month and what the house does with it, so that all pages have something to show.
import { createServer } from 'node:http';

const gigabyte = 1_073_741_824;

/** A day of the present month as `YYYY-MM-DD`. */
function dayOf(now, day) {
  return `${now.toISOString().slice(0, 8)}${String(day).padStart(2, '0')}`;
}

const day = 86_400_000;
const termDays = 14;

/** allocation.xml with a cost pool and a tree of cost centres; `formerly`: with one more, which leaves it. */
function allocation({ formerly = false } = {}) {
  return `<?xml version="1.0" encoding="UTF-8"?>
<allocation xmlns="urn:reckoner:allocation:1">
  <cost-centre name="company" title="Whole company">
    <cost-centre name="engineering" title="Engineering"><member customer="acme"/></cost-centre>
    <cost-centre name="sales" title="Sales"><member customer="globex"/><member plan="SMB"/></cost-centre>
  </cost-centre>${formerly ? '\n  <cost-centre name="field-service"><member customer="hooli"/></cost-centre>' : ''}
  <pool name="platform" title="Shared platform" currency="USD" by="formula" minimum-percent="5">
    <part meter="bandwidth" weight="0.60"/>
    <part meter="cartridge" weight="0.40"/>
  </pool>
</allocation>
`;
}

/** What a daemon needs to show everything: a cost pool, cost centres, and endpoints of webhooks on this machine. */
export const sample = {
  settings: { RECKONER_WEBHOOKS_CUSTOMERS_NETWORKS: '127.0.0.0/8', RECKONER_WEBHOOKS_HOUSE_NETWORKS: '127.0.0.0/8' },
  files: { 'allocation.xml': allocation({ formerly: true }) },
};

/** The month before the present one: "2026-10". */
export function lastMonth() {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** Asks the API as somebody, under an idempotency key of its own. */
export async function ask(world, as, method, path, body, headers = {}) {
  const session = await world.session(as);
  return world.request(method, path, {
    session,
    body,
    headers: { ...(method === 'POST' ? { 'Idempotency-Key': `sample ${process.hrtime.bigint()}` } : {}), ...headers },
  });
}

/** Runs an engine for whoever is due, and waits for its end. */
export async function runEngine(world, engine) {
  const { answer } = await ask(world, 'admin', 'POST', `/api/v1/engines/${engine}/runs`, {});
  for (let left = 300; left > 0; left -= 1) {
    const { answer: now } = await ask(world, 'admin', 'GET', `/api/v1/runs/${answer.run.run}`);
    if (now.run.state !== 'running') return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`run ${answer.run.run} does not end`);
}

export const runMonthly = (world) => runEngine(world, 'monthly');

/** Changes a customer, as a billing admin does. */
export function change(world, customer, body) {
  return ask(world, 'admin', 'POST', `/api/v1/customers/${customer}/changes`, body);
}

/** For one document it is so many days later. */
export function letPass(world, number, days) {
  const found = `(select customer_id, ordinal from issued where number = '${number}')`;
  world.sql(`set session_replication_role = replica;
    update document set due_on = due_on - ${days}, issued_on = least(issued_on, due_on - ${days} - 6)
     where (customer_id, ordinal) in ${found};
    update dunning_step set taken_on = taken_on - ${days} where (customer_id, ordinal) in ${found};`);
}

// Days after which the next step of the engine `dunning` is taken of a document that was just issued.
const pauses = [termDays + 8, 15, 15, 60];

/** Lets so many steps be taken of a document: two are both reminders, four end in a proposal to give it up. */
export async function remind(world, number, steps) {
  for (const pause of pauses.slice(0, steps)) {
    letPass(world, number, pause);
    await runEngine(world, 'dunning');
  }
}

/** Documents of a customer with something left to pay, the last first. */
export async function unpaid(world, customer) {
  const { answer } = await ask(world, 'admin', 'GET', `/api/v1/customers/${customer}/invoices?limit=50`);
  return answer.items.filter((one) => one.open_amount !== '0.00').map(({ number }) => number);
}

/** Says what a pool cost in a month, and lets the next run divide it. */
export async function divide(world, pool, month, amount) {
  const path = `/api/v1/allocation/pools/${pool}/months/${month}`;
  const { headers } = await ask(world, 'admin', 'GET', path);
  await ask(world, 'admin', 'PUT', path, { amount, note: 'invoice 4711 of the supplier' }, { 'If-Match': headers.get('ETag') });
  await runMonthly(world);
}

/** Usage of weeks with a weekly season, far more on one day; no plan charges for it. */
function unusualEvents(now) {
  return Array.from({ length: 60 }, (_, back) => {
    const time = new Date(now.getTime() - (back + 1) * day);
    const messages = [4000, 9000, 9400, 9100, 9300, 8800, 4200][time.getUTCDay()] + ((back * 131) % 400);
    return {
      specversion: '1.0',
      source: '/gateway/7',
      subject: 'acme',
      time: `${time.toISOString().slice(0, 10)}T10:30:00Z`,
      id: `m-${back}`,
      type: 'messages',
      data: { messages: back === 4 ? messages * 5 : messages },
    };
  });
}

/** Imports a statement of the bank as CSV. */
export async function importStatement(world, name, rows) {
  const content = `account,id,booked-on,amount,currency,counterparty,counterparty-account,text\n${rows.join('\n')}\n`;
  const session = await world.session('admin');
  const response = await fetch(`${world.url}/api/v1/bank/statements?name=${name}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'text/csv',
      Cookie: session.cookie,
      'X-CSRF-Token': session.csrf_token,
      'Idempotency-Key': `statement ${name}`,
    },
    body: content,
  });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Says whom a customer's documents are for. */
export async function sayBillingDetails(world, as, customer, details) {
  const path = `/api/v1/customers/${customer}/billing-details`;
  const { headers } = await ask(world, as, 'GET', path);
  await ask(world, as, 'PUT', path, details, { 'If-Match': headers.get('ETag') });
}

/** Sets budgets of acme. */
export async function setBudgets(world, budgets) {
  const path = '/api/v1/customers/acme/settings';
  const { answer, headers } = await ask(world, 'anna', 'GET', path);
  await ask(world, 'anna', 'PUT', path, { ...answer, budgets }, { 'If-Match': headers.get('ETag') });
}

/** Sets budgets of a cost centre, and who is told. */
export async function setCentreBudgets(world, centre, budgets, addresses) {
  const path = `/api/v1/cost-centres/${centre}/budgets`;
  const { headers } = await ask(world, 'admin', 'GET', path);
  await ask(world, 'admin', 'PUT', path, { budgets, also_to: addresses }, { 'If-Match': headers.get('ETag') });
}

/** Takes the cost centre `field-service` out of the configuration; its budgets stay. */
export async function endFieldService(world) {
  const { headers } = await ask(world, 'admin', 'GET', '/api/v1/configuration');
  const draft = { files: { 'allocation.xml': allocation() }, comment: 'field service is part of sales' };
  await ask(world, 'admin', 'POST', '/api/v1/configuration/apply', draft, { 'If-Match': headers.get('ETag') });
}

/** Budgets of cost centres, of one that is no more, too; a threshold is told. */
async function fillCostCentres(world) {
  const [company, bandwidth] = [
    { amount: '5000.00', currency: 'USD', charge: null, thresholds: [{ on: 'actual', amount: '100.00' }, { on: 'forecast', percent: '100' }] },
    { amount: '900.00', currency: 'USD', charge: 'bandwidth', thresholds: [{ on: 'actual', percent: '80' }] },
  ];
  await setCentreBudgets(world, 'company', [company], ['cfo@example.com']);
  await setCentreBudgets(world, 'engineering', [{ ...company, amount: '2500.00' }, bandwidth], ['cto@example.com', 'books@example.com']);
  await setCentreBudgets(world, 'field-service', [bandwidth], []);
  await endFieldService(world);
  for (let left = 150; left > 0; left -= 1) {
    const { answer } = await ask(world, 'admin', 'GET', '/api/v1/cost-centres/alerts');
    if (answer.items.length > 0) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('no budget of a cost centre was told');
}

/** An endpoint that takes what it is told, and one where nobody listens; each is told of a payment. */
async function fillWebhooks(world) {
  const server = createServer((request, response) => {
    request.resume();
    response.end();
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  const url = `http://127.0.0.1:${server.address().port}/reckoner`;
  const { answer } = await ask(world, 'anna', 'POST', '/api/v1/customers/acme/webhooks', {
    url,
    events: ['*'],
    description: 'our bookkeeping',
  });
  await ask(world, 'admin', 'POST', '/api/v1/webhooks', {
    url: 'http://127.0.0.1:9/reckoner',
    events: ['customer.parked', 'payment.booked'],
    description: 'nobody listens there',
  });
  for (const amount of ['10.00', '25.00']) {
    const on = new Date().toISOString().slice(0, 10);
    await change(world, 'acme', { kind: 'pay', amount, currency: 'USD', reference: `sample ${amount}`, on });
  }
  const deliveries = `/api/v1/customers/acme/webhooks/${answer.endpoint.id}/deliveries?state=sent`;
  for (let left = 150; left > 0; left -= 1) {
    const { answer: sent } = await ask(world, 'anna', 'GET', deliveries);
    if (sent.items.filter((one) => one.type === 'payment.booked').length === 2) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('the endpoint was not told');
}

async function fillMoney(world) {
  await setBudgets(world, [
    {
      amount: '1500.00',
      currency: 'USD',
      charge: null,
      thresholds: [
        { on: 'actual', percent: '25' },
        { on: 'actual', percent: '100' },
        { on: 'forecast', amount: '1200.00' },
      ],
    },
    { amount: '300.00', currency: 'USD', charge: 'bandwidth', thresholds: [{ on: 'actual', percent: '110' }] },
  ]);
  await fillWebhooks(world);
  await divide(world, 'platform', lastMonth(), '2500.00');
  const { answer: balance } = await ask(world, 'admin', 'GET', '/api/v1/customers/acme/balance');
  const [owed] = balance.items.find(({ currency }) => currency === 'USD').open;
  await importStatement(world, 'november.csv', [
    `DE02120300000000202051,b-1,2026-11-03,${owed.open_amount},USD,Acme GmbH,DE11520513735120710131,thank you`,
    'DE02120300000000202051,b-2,2026-11-03,99.00,USD,Somebody Else,DE21500500009876543210,order 4711',
    'DE02120300000000202051,b-3,2026-11-04,-15.00,USD,Printers Ltd,DE21500500009876543210,paper',
  ]);
  await ask(world, 'admin', 'POST', '/api/v1/exports', { kind: 'journal', format: 'hledger' });
  await ask(world, 'admin', 'POST', '/api/v1/exports', { kind: 'erp', format: 'sap-style' });
}

/** A business unit below acme whose costs are shown, and a month of it. */
async function fillShowback(world) {
  const from = `${lastMonth()}-01`;
  await ask(world, 'admin', 'POST', '/api/v1/customers', { key: 'lab', name: 'Acme Research Lab', time_zone: 'Europe/Berlin' });
  await change(world, 'lab', { kind: 'parent', parent: 'acme' });
  await change(world, 'lab', { kind: 'subscribe', key: 'lab-1', plan: 'Professional', from });
  await change(world, 'lab', { kind: 'billing-mode', mode: 'showback', from });
  await runMonthly(world);
}

/** Customers below others, costs that are only shown, reminders, and what is disputed. */
async function fillReceivables(world) {
  const next = new Date();
  next.setUTCDate(1);
  next.setUTCMonth(next.getUTCMonth() + 1);
  await change(world, 'globex', { kind: 'parent', parent: 'acme', gets_mails: true });
  await change(world, 'hooli', { kind: 'parent', parent: 'globex' });
  await change(world, 'zorin', { kind: 'parent', parent: 'acme' });
  await change(world, 'zorin', { kind: 'billing-mode', mode: 'showback', from: next.toISOString().slice(0, 10) });
  const [number] = await unpaid(world, 'acme');
  await ask(world, 'anna', 'POST', '/api/v1/customers/acme/disputes', {
    document: number,
    line: 1,
    amount: '25.00',
    message: 'the machine was switched off from the 12th on',
  });
  await remind(world, number, 2);
  const [globexs] = await unpaid(world, 'globex');
  await remind(world, globexs, 1);
  const [umbrellas] = await unpaid(world, 'umbrella');
  await remind(world, umbrellas, 4);
}

/** Sends some events for each day of the month up to now; the same figures every time. */
export async function fill(world) {
  const { secret } = await world.makeKey('sample of the month');
  const now = new Date();
  const events = [];
  for (let day = 1; day <= now.getUTCDate(); day += 1) {
    for (const hour of [3, 9, 15, 21]) {
      const time = new Date(`${dayOf(now, day)}T${String(hour).padStart(2, '0')}:12:00Z`);
      if (time > now) continue;
      const weight = 40 + ((day * 37 + hour * 11) % 55);
      const event = { specversion: '1.0', source: '/gateway/7', subject: 'acme', time: time.toISOString() };
      events.push(
        { ...event, id: `b-${day}-${hour}`, type: 'bandwidth', data: { bytes: (weight * gigabyte) / 256 } },
        { ...event, id: `s-${day}-${hour}`, type: 'storage', data: { bytes: (300 + weight + day) * 1_048_576 } },
        { ...event, id: `c-${day}-${hour}`, type: 'cartridge', data: { hours: weight % 7 } },
      );
    }
  }
  await world.send(secret, events);
  const unusual = unusualEvents(now);
  await world.send(secret, unusual.slice(0, 30));
  await world.send(secret, unusual.slice(30));
  await sayBillingDetails(world, 'anna', 'acme', {
    address: { street: ['Building 4', '1 Main Street'], postal_code: '62701', city: 'Springfield', subdivision: 'IL', country: 'US' },
    buyer_reference: 'cost centre 4711',
    purchase_order: 'PO-2026-117',
  });
  await fillMoney(world);
  await fillCostCentres(world);
  await fillShowback(world);
  await fillReceivables(world);
}
