import { useQuery } from '@tanstack/react-query';
import { BillingDetailsFacts } from '@/recipients/BillingDetailsFacts';
import { BillingDetailsForm } from '@/recipients/BillingDetailsForm';
import { billingDetailsQuery } from '@/recipients/billingDetailsQuery';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { useCustomer, useMayManage } from './customer';
import { SettingsNav } from './SettingsNav';
import classes from './SettingsPage.module.css';
import { WhoMayChange } from './WhoMayChange';

/** Where the customer's documents go, and what its bookkeeping wants to find on them. */
export function Component() {
  const { customer } = useCustomer();
  const manages = useMayManage();
  const query = useQuery(billingDetailsQuery(customer.key));
  const whose = { customer: customer.key, taxCountry: customer.country };
  return (
    <Page title="Settings">
      <SettingsNav />
      <div className={classes.form}>
        <Section title="Billing details">
          <QueryView query={query} height={520}>
            {(stored) =>
              manages ? (
                <BillingDetailsForm key={customer.key} {...whose} stored={stored} />
              ) : (
                <>
                  <BillingDetailsFacts taxCountry={customer.country} details={stored.value} />
                  <WhoMayChange />
                </>
              )
            }
          </QueryView>
        </Section>
      </div>
    </Page>
  );
}
