import { Button, Checkbox, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type BudgetDraft, budgetOf, canBeStored, draftOf } from '@/budgets/budgetDraft';
import { BudgetFields } from '@/budgets/BudgetFields';
import { answerWithTag, api, ifMatch, type Schemas } from '@/shared/api/client';
import { isOutdated, refusedOf } from '@/shared/api/problem';
import { browserReader, formatDay, formatInstant, formatMoney } from '@/shared/format/format';
import { AddressesInput } from '@/shared/ui/AddressesInput';
import { done } from '@/shared/ui/notify';
import { Page, Section } from '@/shared/ui/Page';
import { Failure } from '@/shared/ui/states';
import { useCustomer, useMayManage } from './customer';
import { plansQuery, settingsQuery } from './queries';
import { SettingsNav } from './SettingsNav';
import classes from './SettingsPage.module.css';
import { WhoMayChange } from './WhoMayChange';

type Settings = Schemas['CustomerSettings'];
type Sent = Omit<Settings, 'budgets'> & { budgets: BudgetDraft[] };

const alsoTo = 'invoice_mail.also_to';

/** Whether what is wrong at a member stands at its field. */
function isPlaced(at: string): boolean {
  return at.startsWith('budgets[') || at.startsWith(`${alsoTo}[`);
}

const languages = [
  'de-AT',
  'de-CH',
  'de-DE',
  'en-AU',
  'en-CA',
  'en-GB',
  'en-IN',
  'en-US',
  'es-ES',
  'fr-CH',
  'fr-FR',
  'it-IT',
  'ja-JP',
  'nl-NL',
  'pl-PL',
  'pt-BR',
  'sv-SE',
];
const languageNames = new Intl.DisplayNames('en', { type: 'language' });

function languageChoices(stored: string | null) {
  return [...new Set([...languages, ...(stored === null ? [] : [stored])])].map((value) => ({
    value,
    label: `${languageNames.of(value) ?? value} (${value})`,
  }));
}

function zoneChoices(stored: string | null): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(stored === null ? [] : [stored])])];
}

/** How a number, a day and an instant look with what is chosen. */
function Sample({ settings, zone }: { settings: Settings; zone: string }) {
  const reader = {
    locale: settings.language ?? browserReader.locale,
    zone: settings.zone ?? zone,
  };
  const now = new Date().toISOString();
  return (
    <Text size="sm" c="dimmed" className="tabular">
      So it looks: {formatMoney('12345.67', 'EUR', reader)}, {formatDay(now.slice(0, 10), reader)},{' '}
      {formatInstant(now, reader)}
    </Text>
  );
}

/** The charges that the customer's plans have, by name. */
function chargeChoices(plans: Schemas['SubscribedPlan'][]) {
  const charges = plans.flatMap((plan) => plan.charges);
  return [
    ...new Map(charges.map(({ name, title }) => [name, { value: name, label: title || name }])).values(),
  ];
}

function mailsGoTo({ email, parent }: Schemas['Customer']): string {
  if (parent?.gets_mails) return `To ${parent.customer}, in place of an address of your own`;
  return email ? `To ${email}` : 'The customer has no address of its own';
}

/** How the customer's people read figures, get their mails, and what they mean to spend. */
export function Component() {
  const { customer, settings } = useCustomer();
  const manages = useMayManage();
  const queries = useQueryClient();
  // What the draft began as: the settings may be fetched again meanwhile.
  const [read, setRead] = useState(settings);
  const [draft, setDraft] = useState<Settings>(settings.value);
  const [budgets, setBudgets] = useState(() => settings.value.budgets.map(draftOf));
  const plans = useQuery(plansQuery(customer.key));
  const charges = chargeChoices(plans.data?.items ?? []);
  const currencies = [
    ...new Set([...customer.currencies, ...settings.value.budgets.map((one) => one.currency)]),
  ];
  const store = useMutation({
    mutationFn: (sent: Sent) =>
      answerWithTag(
        api.PUT('/api/v1/customers/{customer}/settings', {
          params: { path: { customer: customer.key }, header: ifMatch(read.etag) },
          body: { ...sent, budgets: sent.budgets.map(budgetOf) },
        }),
      ),
    onSuccess: (stored) => {
      setRead(stored);
      queries.setQueryData(settingsQuery(customer.key).queryKey, stored);
      void queries.invalidateQueries({ queryKey: ['customer', customer.key, 'overview'] });
      done('The settings are stored');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    store.mutate({ ...draft, budgets });
  };
  return (
    <Page title="Settings">
      <SettingsNav />
      <form onSubmit={submit} className={classes.form}>
        <Section title="Numbers and times">
          <Stack>
            <NativeSelect
              label="Language of numbers and dates"
              disabled={!manages}
              data={[{ value: '', label: 'As the browser' }, ...languageChoices(settings.value.language)]}
              value={draft.language ?? ''}
              onChange={(event) => {
                setDraft({ ...draft, language: event.currentTarget.value || null });
              }}
            />
            <NativeSelect
              label="Time zone"
              disabled={!manages}
              data={[
                { value: '', label: `${customer.time_zone}, in which periods are billed` },
                ...zoneChoices(settings.value.zone),
              ]}
              value={draft.zone ?? ''}
              onChange={(event) => {
                setDraft({ ...draft, zone: event.currentTarget.value || null });
              }}
            />
            <Sample settings={draft} zone={customer.time_zone} />
          </Stack>
        </Section>
        <Section title="Invoices by mail">
          <Stack>
            <Checkbox
              label="Send invoices by mail"
              description={mailsGoTo(customer)}
              disabled={!manages}
              checked={draft.invoice_mail.enabled}
              onChange={(event) => {
                setDraft({
                  ...draft,
                  invoice_mail: { ...draft.invoice_mail, enabled: event.currentTarget.checked },
                });
              }}
            />
            <AddressesInput
              label="Also to"
              disabled={!manages || !draft.invoice_mail.enabled}
              value={draft.invoice_mail.also_to}
              onChange={(also) => {
                setDraft({ ...draft, invoice_mail: { ...draft.invoice_mail, also_to: also } });
              }}
              refused={refusedOf(store.error, alsoTo, store.variables?.invoice_mail.also_to ?? [])}
            />
          </Stack>
        </Section>
        <Section title="Budgets of a month">
          <Stack>
            <Text size="sm" c="dimmed">
              Before coupons and taxes. Each threshold is told once a month by mail and on the overview,
              seconds after the usage that reaches it.
            </Text>
            <BudgetFields
              budgets={budgets}
              onChange={setBudgets}
              refused={refusedOf(store.error, 'budgets', store.variables?.budgets ?? [])}
              currencies={currencies}
              charges={charges}
              disabled={!manages}
            />
          </Stack>
        </Section>
        {store.isError ? <Failure error={store.error} placed={isPlaced} /> : null}
        {isOutdated(store.error) ? (
          <Text size="sm">
            Somebody else stored other settings meanwhile. Load the page again and repeat your change.
          </Text>
        ) : null}
        {manages ? (
          <Group>
            <Button type="submit" loading={store.isPending} disabled={!canBeStored(budgets)}>
              Store
            </Button>
          </Group>
        ) : (
          <WhoMayChange />
        )}
      </form>
    </Page>
  );
}
