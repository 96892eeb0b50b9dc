import { useQuery } from '@tanstack/react-query';
import { CollectiveStatement, type PagesBelow, subtreeQuery } from '@/receivables/CollectiveStatement';
import { Section } from '@/shared/ui/Page';
import { customerPath, portalPath } from '../lib/links';
import { useFilters } from '../lib/useFilters';

const pages: PagesBelow = {
  customer: customerPath,
  document: (key, number) => portalPath(key, `invoices/${encodeURIComponent(number)}`),
};

/** What a customer and all below it were issued in a month. Nothing of one that nobody is below. */
export function Collective({ customer }: { customer: string }) {
  const subtree = useQuery(subtreeQuery(customer));
  const [{ month }, setFilters] = useFilters({ month: new Date().toISOString().slice(0, 7) });
  if ((subtree.data?.items.length ?? 1) === 1) return null;
  return (
    <Section title="With all below: one sum to pay">
      <CollectiveStatement
        customer={customer}
        month={month}
        onMonth={(next) => {
          setFilters({ month: next });
        }}
        pages={pages}
      />
    </Section>
  );
}
