import { Page, Section } from '@/shared/ui/Page';
import { HeldTable } from './HeldTable';
import { ParkedTable } from './ParkedTable';

/** What waits for somebody: customers that cannot be billed, and documents to be decided on. */
export function Component() {
  return (
    <Page title="Waiting">
      <Section title="Parked: cannot be billed">
        <ParkedTable refetchInterval={15_000} />
      </Section>
      <Section title="Held: documents to approve or reject">
        <HeldTable refetchInterval={15_000} />
      </Section>
    </Page>
  );
}
