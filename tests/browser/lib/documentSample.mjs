// A house in Berlin with customers of several languages, for the pictures of documents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, change, lastMonth } from './sample.mjs';
import { source } from './world.mjs';

const gigabyte = 1_073_741_824;
const months = 4;
const linesOfMany = 1000;

const logo = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32" viewBox="0 0 120 32">
  <rect width="32" height="32" rx="7" fill="#1a4f8c"/><path d="M8 22 L16 8 L24 22 Z" fill="#fff"/>
  <rect x="42" y="8" width="70" height="7" fill="#1a4f8c"/><rect x="42" y="19" width="46" height="5" fill="#9fb6d3"/>
</svg>
`;

const house = {
  name: 'Beispiel-Cloud GmbH',
  address: 'Hauptstraße 1;10115 Berlin',
  taxId: 'DE123456789',
  country: 'DE',
  iban: 'DE89370400440532013000',
  bic: 'COBADEFFXXX',
  logo: 'logo/house.svg',
};

/** A plan whose words are the customer's. */
function pricing({ strategy, currency, plan, title, fee, seats, traffic, storage, support }) {
  return `<?xml version="1.0" encoding="UTF-8"?>
<pricing xmlns="urn:reckoner:pricing:1" strategy="${strategy}" currency="${currency}">
  <plan name="${plan}" title="${title}" billed-by="monthly">
    <recurring name="${strategy}-fee" title="${fee}" fee="249.00"/>
    <recurring name="${strategy}-seats" title="${seats.title}" quantity="seats" unit="${seats.unit}" price="12.50"/>
    <metered name="${strategy}-traffic" title="${traffic}" meter="bandwidth" unit="GB" unit-size="${gigabyte}" allowance="100">
      <graduated><tier up-to="1000" price="0.10"/><tier up-to="5000" price="0.08"/><tier price="0.05"/></graduated>
    </metered>
    <metered name="${strategy}-storage" title="${storage}" meter="storage" unit="GB" unit-size="${gigabyte}" price="0.045"/>
    <recurring name="${strategy}-support" title="${support}" fee="35.00" tax="reduced"/>
  </plan>
</pricing>
`;
}

const german = {
  strategy: 'geschaeft',
  currency: 'EUR',
  plan: 'Geschaeft',
  title: 'Geschäftskunden',
  fee: 'Grundgebühr',
  seats: { title: 'Arbeitsplätze', unit: 'Platz' },
  traffic: 'Datenverkehr',
  storage: 'Speicher',
  support: 'Handbücher und Schulungsunterlagen',
};

const hebrew = {
  strategy: 'business-he',
  currency: 'ILS',
  plan: 'BusinessHe',
  title: 'תוכנית עסקית',
  fee: 'דמי מנוי חודשיים',
  seats: { title: 'משתמשים', unit: 'משתמש' },
  traffic: 'תעבורת נתונים',
  storage: 'נפח אחסון',
  support: 'תמיכה והדרכה',
};

/** Files of the configuration that are other than the shipped ones. */
export function configuration() {
  const shipped = (name) => readFileSync(join(source, 'config', name), 'utf8');
  const settings = Object.entries(house).map(
    ([name, value]) => `<setting name="billing.legalEntity.${name}" value="${value}"/>`,
  );
  return {
    'billing-config.xml': shipped('billing-config.xml')
      .replace(/<setting name="billing\.legalEntity\.name"[^>]*>/, settings.join('\n    ')),
    'taxes.xml': shipped('taxes.xml').replace('home=""', 'home="DE"'),
    'logo/house.svg': logo,
    'pricing/geschaeft.xml': pricing(german),
    'pricing/business-he.xml': pricing(hebrew),
  };
}

/** The months that are billed, the first first. */
function billedMonths() {
  const [year, month] = lastMonth().split('-').map(Number);
  return Array.from({ length: months }, (_, index) =>
    new Date(Date.UTC(year, month - months + index, 1)).toISOString().slice(0, 7),
  );
}

const customers = [
  {
    key: 'mueller',
    name: 'Müller & Söhne Maschinenbau GmbH',
    country: 'DE',
    tax_id: 'DE811907980',
    language: 'de-DE',
    address: { street: ['Halle 3', 'Werkstraße 12'], city: 'Hamburg', postal_code: '20095' },
    buyer_reference: 'Einkauf 4711',
    purchase_order: 'PO-2026-117',
    plan: german.plan,
    traffic: 1900,
  },
  {
    key: 'tel-aviv',
    name: 'חברת הענן הישראלית בע״מ',
    country: 'IL',
    tax_id: '514392771',
    language: 'he-IL',
    address: { street: ['רחוב הרצל 12'], city: 'תל אביב-יפו', postal_code: '6688312' },
    plan: hebrew.plan,
    traffic: 6200,
  },
  {
    key: 'many',
    name: 'Conglomerate Machines SE',
    country: 'FR',
    tax_id: 'FR12345678901',
    language: 'en-GB',
    address: { street: ['14 rue de la République'], city: 'Lyon', postal_code: '69002' },
    purchase_order: 'CM-88120',
    plan: german.plan,
    traffic: 800,
  },
  { key: 'search', name: 'Search and Ranking', country: 'DE', language: 'en-GB', plan: german.plan, traffic: 3100 },
];

function usageOf(key, traffic, month, index) {
  const at = (day) => `${month}-${day}T10:00:00Z`;
  const grown = traffic * (1 + index * 0.17);
  return ['04', '11', '17', '26'].flatMap((day, part) => [
    [`${key}-${month}-b${part}`, key, at(day), 'bandwidth', Math.round((grown / 4) * gigabyte)],
    [`${key}-${month}-s${part}`, key, at(day), 'storage', Math.round((220 + 40 * index + 9 * part) * gigabyte)],
  ]);
}

function charges(month) {
  const rows = Array.from({ length: linesOfMany }, (_, index) => {
    const day = String(1 + (index % 28)).padStart(2, '0');
    const machine = `Machine ${String(index + 1).padStart(4, '0')}, ${['Lyon', 'Lille', 'Brest', 'Metz'][index % 4]}`;
    return `c-${index},many,${month}-${day},"${machine}: hours",${(index % 37) + 1}.5,h,${(0.15 + (index % 9) / 100).toFixed(2)},EUR`;
  });
  return `key,customer,on,title,quantity,unit,price,currency\n${rows.join('\n')}\n`;
}

/**
 * Bills four months, and corrects something. `write(name, text)` keeps a file and gives its path. The numbers of the documents:
 * { german, hebrew, creditNote, many, showback }.
 */
export async function bill(world, write) {
  const [first] = billedMonths();
  for (const { language, plan, traffic: _, ...customer } of customers) {
    const { key } = customer;
    await ask(world, 'admin', 'POST', '/api/v1/customers', { time_zone: 'Europe/Berlin', ...customer });
    await change(world, key, { kind: 'subscribe', key: 'main', plan, from: `${first}-01`, quantities: { seats: '24' } });
    const path = `/api/v1/customers/${key}/settings`;
    const { answer, headers } = await ask(world, 'admin', 'GET', path);
    await ask(world, 'admin', 'PUT', path, { ...answer, language }, { 'If-Match': headers.get('ETag') });
  }
  await change(world, 'search', { kind: 'billing-mode', mode: 'showback', from: `${first}-01` });
  const usage = billedMonths().flatMap((month, index) =>
    customers.flatMap(({ key, traffic }) => usageOf(key, traffic, month, index)),
  );
  const lines = usage.map((row) => row.join(','));
  await world.command(
    'ingest', write('usage.csv', `id,customer,time,type,bytes\n${lines.join('\n')}\n`), '--source', 'pictures',
    '--mapping', 'id=id,subject=customer,time=time,type=type,bytes=bytes',
  );
  await world.command('import', 'charges', write('charges.csv', charges(lastMonth())));
  for (const month of billedMonths()) {
    for (const { key } of customers) await world.command('run', 'monthly', '--period', month, '--customer', key);
    if (month === lastMonth()) continue;
    for (const key of ['mueller', 'tel-aviv']) await payAll(world, key, month);
  }
  const german = await lastNumber(world, 'mueller');
  const creditNote = await change(world, 'mueller', {
    kind: 'credit-note',
    document: german,
    lines: [{ line: 2, amount: '75.00' }],
    nature: 'concession',
    reason: 'Sechs Arbeitsplätze waren eine Woche lang gesperrt',
  });
  return {
    german,
    hebrew: await lastNumber(world, 'tel-aviv'),
    creditNote: creditNote.answer.documents[0],
    many: await lastNumber(world, 'many'),
    showback: await lastNumber(world, 'search'),
  };
}

async function lastNumber(world, customer) {
  const { answer } = await ask(world, 'admin', 'GET', `/api/v1/customers/${customer}/invoices?limit=1`);
  return answer.items[0].number;
}

/** What is owed but for a little, as somebody pays. */
async function payAll(world, customer, month) {
  const { answer } = await ask(world, 'admin', 'GET', `/api/v1/customers/${customer}/balance`);
  for (const { currency, open } of answer.items) {
    for (const { number, open_amount: amount } of open) {
      const on = new Date().toISOString().slice(0, 10);
      await change(world, customer, { kind: 'pay', amount, currency, reference: `SEPA ${month} ${number}`, document: number, on });
    }
  }
}
