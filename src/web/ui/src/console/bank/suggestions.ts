import { answer, api, type Schemas } from '@/shared/api/client';
import { compare } from '@/shared/format/decimal';

export type BankEntry = Schemas['BankEntry'];
type OpenDocument = Schemas['Balance']['open'][number];

/** Somebody whose payment it may be. */
export interface Suggestion {
  customer: string;
  name: string;
  /** Of the entry's currency, those of just its amount first. */
  documents: (OpenDocument & { exact: boolean })[];
}

const wordsMax = 6;
const customersMax = 5;

/**
 * What to look for customers by: names that stand in quotes in the match's reason, the counterparty, then words of the text
 * that are long enough to mean something.
 */
export function searchesFor({ why, counterparty, text, end_to_end: endToEnd }: BankEntry): string[] {
  const quoted = [...why.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
  const words = `${text} ${endToEnd ?? ''}`.split(/[^\p{L}\p{N}-]+/u).filter((word) => word.length >= 4);
  const firstName = (counterparty ?? '').split(/\s+/)[0] ?? '';
  const searches = [...quoted, counterparty ?? '', firstName.length >= 3 ? firstName : '', ...words];
  return [...new Set(searches.map((search) => search.trim()).filter(Boolean))].slice(0, wordsMax);
}

/** Documents of the amount first, else the oldest due first. */
export function ordered(documents: OpenDocument[], entry: BankEntry): Suggestion['documents'] {
  const amount = entry.amount;
  return documents
    .map((document) => ({ ...document, exact: compare(document.open_amount, amount) === 0 }))
    .sort((a, b) => {
      if (a.exact !== b.exact) return a.exact ? -1 : 1;
      return a.due_on < b.due_on ? -1 : 1;
    });
}

async function documentsOf(customer: string, entry: BankEntry): Promise<Suggestion['documents']> {
  const { items } = await answer(
    api.GET('/api/v1/customers/{customer}/balance', { params: { path: { customer } } }),
  );
  const balance = items.find(({ currency }) => currency === entry.currency);
  return ordered(balance?.open ?? [], entry);
}

/** Who may have paid an entry, the likeliest first: whoever has a document of just that amount, then in the order found. */
export async function suggestionsFor(entry: BankEntry): Promise<Suggestion[]> {
  const found = new Map<string, string>();
  for (const q of searchesFor(entry)) {
    if (found.size >= customersMax) break;
    const { items } = await answer(
      api.GET('/api/v1/customers', { params: { query: { q, limit: customersMax } } }),
    );
    for (const { key, name } of items) found.set(key, name);
  }
  const suggestions = await Promise.all(
    [...found].slice(0, customersMax).map(async ([customer, name]) => ({
      customer,
      name,
      documents: await documentsOf(customer, entry),
    })),
  );
  const exact = ({ documents }: Suggestion) => documents.some((document) => document.exact);
  return [...suggestions.filter(exact), ...suggestions.filter((one) => !exact(one))];
}
