import { Badge, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/shared/api/client';
import { formatDay, formatMoney, formatPercent } from '@/shared/format/format';
import { useReader } from '@/shared/format/reader';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, QueryView } from '@/shared/ui/states';
import { Calculator } from './Calculator';
import { useCustomer } from './customer';
import { PriceTable } from './PriceTable';
import { plansQuery } from './queries';
import classes from './PlanPage.module.css';

type Plan = Schemas['SubscribedPlan'];
type Charge = Schemas['PublishedCharge'];

/** What bounds the whole, in sentences. */
function useBounds(plan: Plan): string[] {
  const reader = useReader();
  const money = (amount: string) => formatMoney(amount, plan.currency, reader);
  const bounds: [string | null, (amount: string) => string][] = [
    [plan.minimum, (amount) => `At least ${money(amount)} a period.`],
    [plan.maximum, (amount) => `At most ${money(amount)} a period.`],
    [plan.customer_minimum, (amount) => `At least ${money(amount)} for everything in a period.`],
    [plan.customer_maximum, (amount) => `At most ${money(amount)} for everything in a period.`],
  ];
  const sentences = bounds.flatMap(([amount, say]) => (amount === null ? [] : [say(amount)]));
  if (plan.trial) sentences.push(`Trial: ${plan.trial}.`);
  if (plan.environment) {
    sentences.push(`${plan.environment}: ${formatPercent(plan.environment_percent, reader)} of the prices.`);
  }
  if (plan.tax_inclusive) sentences.push('Prices contain the tax.');
  return sentences;
}

function Terms({ charge, currency }: { charge: Charge; currency: string }) {
  const reader = useReader();
  return (
    <>
      {charge.terms.map((term) => (
        <div key={term.effective ?? 'always'} className={classes.term}>
          {charge.terms.length > 1 ? (
            <Text size="sm" fw={600}>
              {term.in_force
                ? 'Now'
                : term.effective
                  ? `From ${formatDay(term.effective, reader)}`
                  : 'Before'}
              {term.in_force && term.effective ? `, since ${formatDay(term.effective, reader)}` : ''}
            </Text>
          ) : null}
          {term.words !== charge.words ? <Text size="sm">{term.words}</Text> : null}
          {term.table.columns.length > 1 ? (
            <PriceTable label={`Prices of ${charge.title}, in ${currency}`} table={term.table} />
          ) : null}
        </div>
      ))}
      {charge.agreed.map(({ figure, value, starts_on: from, ends_on: to }) => (
        <Text size="sm" key={`${figure} ${from}`}>
          <Badge color="teal" mr={6}>
            agreed with you
          </Badge>
          {figure.replaceAll('-', ' ')}: {value}, from {formatDay(from, reader)}
          {to ? ` until before ${formatDay(to, reader)}` : ''}
        </Text>
      ))}
    </>
  );
}

function PublishedPlan({ plan }: { plan: Plan }) {
  const reader = useReader();
  const bounds = useBounds(plan);
  const { subscription } = plan;
  return (
    <Section
      title={plan.title}
      aside={
        <Text size="sm" c="dimmed">
          {subscription.key}, since {formatDay(subscription.starts_on, reader)}
          {subscription.ends_on ? `, until before ${formatDay(subscription.ends_on, reader)}` : ''}
        </Text>
      }
    >
      {plan.available ? null : (
        <Text c="var(--mantine-color-error)">
          The present configuration does not have this plan any more.
        </Text>
      )}
      <ul className={classes.words}>
        {[...plan.words, ...bounds].map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div className={classes.charges}>
        {plan.charges.map((charge) => (
          <section key={charge.name} className={classes.charge} aria-label={charge.title}>
            <div className={classes.chargeHead}>
              <Title order={3}>{charge.title}</Title>
              <Text size="xs" c="dimmed">
                {charge.side === 'advance' ? 'billed in advance' : 'billed afterwards'}, {charge.every}
              </Text>
            </div>
            <Text size="sm">{charge.words}</Text>
            <Terms charge={charge} currency={plan.currency} />
          </section>
        ))}
      </div>
    </Section>
  );
}

export function Component() {
  const { customer } = useCustomer();
  const query = useQuery(plansQuery(customer.key));
  return (
    <Page title="Plan and prices">
      <QueryView query={query} height={640}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No subscription" />
          ) : (
            <>
              {items.map((plan) => (
                <div key={plan.subscription.key} className={classes.plan}>
                  <PublishedPlan plan={plan} />
                  {plan.available ? <Calculator plan={plan} /> : null}
                </div>
              ))}
            </>
          )
        }
      </QueryView>
    </Page>
  );
}
