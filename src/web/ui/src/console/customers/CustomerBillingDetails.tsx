import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMay } from '@/app/session';
import { BillingDetailsFacts } from '@/recipients/BillingDetailsFacts';
import { BillingDetailsForm } from '@/recipients/BillingDetailsForm';
import { billingDetailsQuery } from '@/recipients/billingDetailsQuery';
import type { Schemas } from '@/shared/api/client';
import { Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';

/** Where a customer's documents go; the customer's own people change the same. */
export function CustomerBillingDetails({ details }: { details: Schemas['Customer'] }) {
  const manages = useMay('manage');
  const [opened, dialog] = useDisclosure(false);
  const query = useQuery(billingDetailsQuery(details.key));
  return (
    <Section
      title="Billing details"
      aside={
        manages && query.data ? (
          <Button size="xs" variant="default" aria-label="Edit the billing details" onClick={dialog.open}>
            Edit
          </Button>
        ) : null
      }
    >
      <QueryView query={query} height={60}>
        {(stored) => (
          <>
            <BillingDetailsFacts details={stored.value} taxCountry={details.country} />
            <Modal
              opened={opened}
              onClose={dialog.close}
              title={`Billing details of ${details.name}`}
              size="lg"
            >
              <BillingDetailsForm
                customer={details.key}
                taxCountry={details.country}
                stored={stored}
                onStored={dialog.close}
              />
            </Modal>
          </>
        )}
      </QueryView>
    </Section>
  );
}
