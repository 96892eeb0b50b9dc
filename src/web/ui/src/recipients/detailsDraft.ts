import type { Schemas } from '@/shared/api/client';
import type { ApiError } from '@/shared/api/problem';

export type Details = Schemas['BillingDetails'];

export const streetLinesMax = 3;

const inAddress = ['postal_code', 'city', 'subdivision', 'country'] as const;
const onDocuments = ['buyer_reference', 'purchase_order'] as const;

type InAddress = (typeof inAddress)[number];
export type Member = InAddress | (typeof onDocuments)[number];

/** Billing details as they are typed: what is empty is not said. */
export interface DetailsDraft extends Record<Member, string> {
  /** As many lines as there may be. */
  street: readonly string[];
}

function isOfAddress(member: Member): member is InAddress {
  return inAddress.some((one) => one === member);
}

export function draftOf({ address, buyer_reference, purchase_order }: Details): DetailsDraft {
  const lines = address?.street ?? [];
  return {
    street: Array.from({ length: streetLinesMax }, (_, index) => lines[index] ?? ''),
    postal_code: address?.postal_code ?? '',
    city: address?.city ?? '',
    subdivision: address?.subdivision ?? '',
    country: address?.country ?? '',
    buyer_reference: buyer_reference ?? '',
    purchase_order: purchase_order ?? '',
  };
}

function said(text: string): string | null {
  return text.trim() || null;
}

function saidLines(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** Whether nothing is typed of an address. */
export function hasNoAddress(draft: DetailsDraft): boolean {
  return saidLines(draft.street).length === 0 && inAddress.every((member) => said(draft[member]) === null);
}

export function detailsOf(draft: DetailsDraft): Details {
  return {
    address: hasNoAddress(draft)
      ? null
      : {
          street: saidLines(draft.street),
          postal_code: said(draft.postal_code),
          city: said(draft.city),
          subdivision: said(draft.subdivision),
          country: said(draft.country),
        },
    buyer_reference: said(draft.buyer_reference),
    purchase_order: said(draft.purchase_order),
  };
}

function placeOf(member: Member): string {
  return isOfAddress(member) ? `address.${member}` : member;
}

/** Lines that are empty are not sent, so that those behind them have other places. */
function placeOfLine({ street }: DetailsDraft, line: number): string {
  return `address.street[${String(saidLines(street.slice(0, line)).length)}]`;
}

export function wrongMember(error: ApiError, member: Member): string | undefined {
  return error.at(placeOf(member));
}

export function wrongLine(error: ApiError, draft: DetailsDraft, line: number): string | undefined {
  return said(draft.street[line] ?? '') === null ? undefined : error.at(placeOfLine(draft, line));
}

/** Whether fields of the form show all that is wrong. */
export function isShownByFields(error: ApiError, draft: DetailsDraft): boolean {
  const items = error.problem.items ?? [];
  const places = new Set([
    ...[...inAddress, ...onDocuments].map(placeOf),
    ...saidLines(draft.street).map((_, index) => `address.street[${String(index)}]`),
  ]);
  return items.length > 0 && items.every(({ at }) => places.has(at));
}
