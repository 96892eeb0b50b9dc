import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, ifMatch, type Schemas } from '@/shared/api/client';
import { ApiError, isOutdated } from '@/shared/api/problem';
import { Failure } from '@/shared/ui/states';
import { useAction } from '@/shared/api/useAction';
import { ChangeEffect } from './ChangeEffect';
import { ChangeField } from './ChangeField';
import { type ChangeKind, changeOf, forms, type Values } from './changeForms';
import classes from './changes.module.css';

export interface ChangeRequest {
  kind: ChangeKind;
  /** Members that are given, such as the subscription. */
  fixed?: Record<string, string>;
  /** Of the customer as it was read; a change of what was read is refused if it is another one now. */
  etag?: string;
  /** Fields that begin filled in. */
  initial?: Values;
}

/** Plans of the active configuration. */
function usePlans(): string[] {
  const check = useQuery({
    queryKey: ['configuration', 'names'],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/configuration/check', { body: { files: {} }, signal })),
  });
  return [...new Set(check.data?.names.plans)];
}

function useDocuments(customer: string): string[] {
  const invoices = useQuery({
    queryKey: ['invoices', customer, 'numbers'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/customers/{customer}/invoices', { params: { path: { customer } }, signal })),
  });
  return invoices.data?.items.map((invoice) => invoice.number) ?? [];
}

function said({ summary, documents, reopened }: Schemas['ChangeResult']): string {
  return [
    summary,
    ...(documents.length > 0 ? [`Issued ${documents.join(', ')}.`] : []),
    ...(reopened.length > 0 ? [`Due again: ${reopened.join(', ')}.`] : []),
  ].join(' ');
}

interface ChangeDialogProps extends ChangeRequest {
  customer: string;
  onClose: () => void;
}

/** Fills a change in, shows what it would do in money, and makes it. */
export function ChangeDialog({ customer, kind, fixed = {}, initial = {}, etag, onClose }: ChangeDialogProps) {
  const form = forms[kind];
  const plans = usePlans();
  const documents = useDocuments(customer);
  const [values, setValues] = useState<Values>(() => ({
    ...Object.fromEntries(form.fields.map((field) => [field.name, field.initial ?? ''])),
    ...initial,
  }));
  const path = { customer };
  const preview = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/customers/{customer}/changes/preview', {
          params: { path },
          body: changeOf(form, values, fixed),
        }),
      ),
  });
  const make = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/changes', {
          params: {
            path,
            header: {
              'Idempotency-Key': key,
              ...(form.replaces && etag !== undefined ? ifMatch(etag) : {}),
            },
          },
          body: changeOf(form, values, fixed),
        }),
      ),
    { done: said, after: onClose },
  );
  const error = make.error ?? preview.error;
  const errorAt = (name: string) => (error instanceof ApiError ? error.at(name) : undefined);
  const subject = fixed.subscription ?? customer;

  return (
    <Modal opened onClose={onClose} title={`${form.title}: ${subject}`} size="xl">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate(null);
        }}
      >
        <Stack>
          <div className={classes.fields}>
            {form.fields
              .filter((field) => !(field.name in fixed))
              .map((field) => (
                <div key={field.name} className={field.input === 'when' ? classes.wide : undefined}>
                  <ChangeField
                    field={field}
                    value={values[field.name] ?? ''}
                    plans={plans}
                    documents={documents}
                    error={errorAt(field.name)}
                    onChange={(value) => {
                      setValues({ ...values, [field.name]: value });
                      make.begin();
                      preview.reset();
                    }}
                  />
                </div>
              ))}
          </div>
          {error ? <Failure error={error} /> : null}
          {isOutdated(error) ? (
            <Text size="sm">
              Somebody else changed the customer meanwhile. Load the page again and repeat your change.
            </Text>
          ) : null}
          {preview.data ? <ChangeEffect preview={preview.data} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button
              variant="default"
              loading={preview.isPending}
              onClick={(event) => {
                if (event.currentTarget.form?.reportValidity()) preview.mutate();
              }}
            >
              Preview
            </Button>
            <Button type="submit" loading={make.isPending}>
              {form.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
