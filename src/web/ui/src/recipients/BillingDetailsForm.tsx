import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { answerWithTag, api, ifMatch, type Tagged } from '@/shared/api/client';
import { ApiError, isOutdated } from '@/shared/api/problem';
import { useAction } from '@/shared/api/useAction';
import { Choice } from '@/shared/ui/Choice';
import { Failure } from '@/shared/ui/states';
import { withoutAddress } from './BillingDetailsFacts';
import { billingDetailsQuery } from './billingDetailsQuery';
import { countryChoices, countryName } from './countries';
import {
  type Details,
  detailsOf,
  draftOf,
  hasNoAddress,
  isShownByFields,
  type Member,
  wrongLine,
  wrongMember,
} from './detailsDraft';
import classes from './BillingDetailsForm.module.css';

const bytesMax = 200;

function labelOfLine(line: number): string {
  return line === 0 ? 'Street' : `Street, line ${String(line + 1)}`;
}

interface BillingDetailsFormProps {
  customer: string;
  /** Where the customer is taxed: ISO 3166-1. */
  taxCountry: string | null;
  /** As they were when the form was opened; later ones are not taken without being asked for. */
  stored: Tagged<Details>;
  onStored?: () => void;
}

/** Where a customer's documents go, and what it wants to find on them. */
export function BillingDetailsForm({ customer, taxCountry, stored, onStored }: BillingDetailsFormProps) {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [read, setRead] = useState(stored);
  const [draft, setDraft] = useState(() => draftOf(stored.value));
  const path = { customer };
  const take = (details: Tagged<Details>) => {
    setRead(details);
    setDraft(draftOf(details.value));
  };
  const store = useAction(
    (body: Details) =>
      answerWithTag(
        api.PUT('/api/v1/customers/{customer}/billing-details', {
          params: { path, header: ifMatch(read.etag) },
          body,
        }),
      ),
    {
      done: () => 'The billing details are stored',
      changes: [['customer', customer], 'customers'],
      after: (details) => {
        take(details);
        onStored?.();
      },
    },
  );
  const reread = useMutation({
    mutationFn: () => queries.fetchQuery({ ...billingDetailsQuery(customer), staleTime: 0 }),
    onSuccess: (details) => {
      take(details);
      store.begin();
    },
  });
  const refused = store.error instanceof ApiError ? store.error : null;
  const outdated = isOutdated(store.error);
  const shownByFields = refused !== null && isShownByFields(refused, draft);
  useEffect(() => {
    if (shownByFields) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [shownByFields, refused]);

  const change = (part: Partial<typeof draft>) => {
    setDraft({ ...draft, ...part });
    if (!outdated) store.begin();
  };
  const field = (member: Member) => ({
    value: draft[member],
    error: refused ? wrongMember(refused, member) : undefined,
  });
  const text = (member: Member) => ({
    ...field(member),
    maxLength: bytesMax,
    onChange: (event: FormEvent<HTMLInputElement>) => {
      change({ [member]: event.currentTarget.value });
    },
  });
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        store.mutate(detailsOf(draft));
      }}
    >
      <Stack gap="lg">
        <Text size="sm" c="dimmed">
          They stand on documents that are issued from now on; those that were issued stay as they are. No
          amount and no tax depends on them.
        </Text>
        <fieldset className={classes.group}>
          <legend>Postal address</legend>
          {draft.street.map((line, index) => (
            <TextInput
              key={labelOfLine(index)}
              label={labelOfLine(index)}
              autoComplete={`address-line${String(index + 1)}`}
              maxLength={bytesMax}
              value={line}
              error={refused ? wrongLine(refused, draft, index) : undefined}
              onChange={(event) => {
                const typed = event.currentTarget.value;
                change({ street: draft.street.map((one, at) => (at === index ? typed : one)) });
              }}
            />
          ))}
          <div className={classes.place}>
            <TextInput label="Postal code" autoComplete="postal-code" {...text('postal_code')} />
            <TextInput label="City" autoComplete="address-level2" {...text('city')} />
          </div>
          <div className={classes.columns}>
            <TextInput
              label="State, province or canton"
              autoComplete="address-level1"
              {...text('subdivision')}
            />
            <Choice
              label="Country"
              autoComplete="country"
              data={[
                { value: '', label: taxCountry ? `As for taxes: ${countryName(taxCountry)}` : 'Not said' },
                ...countryChoices(read.value.address?.country ?? ''),
              ]}
              {...field('country')}
              onChange={(country) => {
                change({ country });
              }}
            />
          </div>
          {hasNoAddress(draft) ? (
            <Text size="sm" c="dimmed">
              {withoutAddress(taxCountry)}
            </Text>
          ) : null}
        </fieldset>
        <fieldset className={classes.group}>
          <legend>References</legend>
          <TextInput
            label="Buyer reference"
            description="Printed as “Your reference”; BT-10 of electronic invoices, such as a Leitweg-ID"
            {...text('buyer_reference')}
          />
          <TextInput
            label="Purchase order"
            description="Printed as “Your order”; BT-13 of electronic invoices"
            {...text('purchase_order')}
          />
        </fieldset>
        {outdated ? (
          <Alert color="orange" title="Somebody else stored other billing details meanwhile" role="alert">
            <Stack gap="xs" align="flex-start">
              <Text size="sm">Nothing of yours was stored. What stands there now takes the place of it.</Text>
              <Button
                size="xs"
                variant="default"
                loading={reread.isPending}
                onClick={() => {
                  reread.mutate();
                }}
              >
                Show what is stored now
              </Button>
            </Stack>
          </Alert>
        ) : null}
        {store.error && !outdated && !shownByFields ? <Failure error={store.error} /> : null}
        {reread.error ? <Failure error={reread.error} /> : null}
        <Group>
          <Button type="submit" loading={store.isPending} disabled={outdated}>
            Store
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
