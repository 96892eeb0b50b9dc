import { type Fact, FactList } from '@/shared/ui/FactList';
import { countryName } from './countries';
import { type Details, type DetailsDraft, draftOf, hasNoAddress } from './detailsDraft';

/** What documents show in the place of an address that is not said. */
export function withoutAddress(taxCountry: string | null): string {
  const shown =
    taxCountry === null ? 'the name alone' : `the name, and ${countryName(taxCountry)} from the taxes`;
  return `Without an address documents show ${shown}.`;
}

/** What is said of an address; it is for documents to order it as letters of the country have it. */
function factsOf({ street, postal_code, city, subdivision, country }: DetailsDraft): Fact[] {
  const members: [string, readonly string[]][] = [
    ['Street', street],
    ['Postal code', [postal_code]],
    ['City', [city]],
    ['State, province or canton', [subdivision]],
    ['Country', country === '' ? [] : [countryName(country)]],
  ];
  return members
    .map(([label, lines]) => ({ label, lines: lines.filter((line) => line !== '') }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ label, lines }) => ({
      label,
      value: lines.map((line, index) => <div key={String(index)}>{line}</div>),
    }));
}

interface BillingDetailsFactsProps {
  details: Details;
  /** Where the customer is taxed: ISO 3166-1. */
  taxCountry: string | null;
}

/** Billing details to be read. */
export function BillingDetailsFacts({ details, taxCountry }: BillingDetailsFactsProps) {
  const draft = draftOf(details);
  return (
    <FactList
      facts={[
        ...(hasNoAddress(draft)
          ? [{ label: 'Postal address', value: withoutAddress(taxCountry) }]
          : factsOf(draft)),
        { label: 'Buyer reference', value: draft.buyer_reference || 'none' },
        { label: 'Purchase order', value: draft.purchase_order || 'none' },
      ]}
    />
  );
}
