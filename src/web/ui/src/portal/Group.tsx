import { Stack } from '@mantine/core';
import { useSearchParams } from 'react-router-dom';
import { CollectiveStatement, CustomersBelow, type PagesBelow } from '@/receivables/CollectiveStatement';
import { dayIn } from '@/shared/format/format';
import { Section } from '@/shared/ui/Page';
import { pageOf, useCustomer } from './customer';

const pages: PagesBelow = {
  customer: (key) => pageOf(key),
  document: (key, number) => pageOf(key, 'invoices', number),
};

/** What the customer and all below it were issued in a month, and who is below. */
export function Group() {
  const { customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const present = dayIn(customer.time_zone, new Date()).slice(0, 7);
  const setMonth = (month: string) => {
    const next = new URLSearchParams(search);
    next.set('month', month);
    setSearch(next, { replace: true });
  };
  return (
    <Stack>
      <Section title="One sum to pay">
        <CollectiveStatement
          customer={customer.key}
          month={search.get('month') ?? present}
          onMonth={setMonth}
          pages={pages}
        />
      </Section>
      <Section title="Who is below">
        <CustomersBelow customer={customer.key} pages={pages} />
      </Section>
    </Stack>
  );
}
