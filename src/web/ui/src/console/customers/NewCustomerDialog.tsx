import { Modal, NumberInput, SimpleGrid, Stack, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { answer, api, type Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { customerPath } from '../lib/links';
import { useAction } from '@/shared/api/useAction';
import { DialogFoot } from '@/shared/ui/DialogFoot';

interface NewCustomer {
  key: string;
  name: string;
  email: string;
  timeZone: string;
  anchorDay: number;
  subjects: string;
  country: string;
  taxId: string;
  taxExempt: boolean;
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function requestOf(customer: NewCustomer): Schemas['NewCustomer'] {
  const subjects = words(customer.subjects);
  return {
    key: customer.key.trim(),
    name: customer.name.trim(),
    time_zone: customer.timeZone.trim(),
    anchor_day: customer.anchorDay,
    ...(customer.email.trim() === '' ? {} : { email: customer.email.trim() }),
    ...(subjects.length === 0 ? {} : { subjects }),
    ...(customer.country.trim() === '' ? {} : { country: customer.country.trim().toUpperCase() }),
    ...(customer.taxId.trim() === '' ? {} : { tax_id: customer.taxId.trim() }),
    ...(customer.taxExempt ? { tax_exempt: true } : {}),
  };
}

export function NewCustomerDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const { zone } = useReader();
  const nobody: NewCustomer = {
    key: '',
    name: '',
    email: '',
    timeZone: zone,
    anchorDay: 1,
    subjects: '',
    country: '',
    taxId: '',
    taxExempt: false,
  };
  const [customer, setCustomer] = useState(nobody);
  const create = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/customers', {
          params: { header: { 'Idempotency-Key': key } },
          body: requestOf(customer),
        }),
      ),
    {
      done: (created) => `Customer ${created.key} is there`,
      changes: ['customers'],
      after: (created) => {
        onClose();
        void navigate(customerPath(created.key));
      },
    },
  );
  const text = (name: 'key' | 'name' | 'email' | 'timeZone' | 'subjects' | 'country' | 'taxId') => ({
    value: customer[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      setCustomer({ ...customer, [name]: event.currentTarget.value });
      create.begin();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="New customer" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(null);
        }}
      >
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label="Key"
              description="Your name for it; never changes"
              required
              data-autofocus
              {...text('key')}
            />
            <TextInput label="Name" description="As printed" required {...text('name')} />
            <TextInput
              label="Mail address"
              description="Empty: gets no mail"
              type="email"
              {...text('email')}
            />
            <TextInput label="Time zone" description="IANA name" required {...text('timeZone')} />
            <NumberInput
              label="Anchor day"
              description="On which billing periods begin"
              min={1}
              max={31}
              allowDecimal={false}
              value={customer.anchorDay}
              onChange={(value) => {
                setCustomer({ ...customer, anchorDay: typeof value === 'number' ? value : 1 });
              }}
            />
            <TextInput label="Subjects" description="Of usage events; empty: the key" {...text('subjects')} />
            <TextInput label="Country" description="Two letters" maxLength={2} {...text('country')} />
            <TextInput label="Tax number" description="As printed" {...text('taxId')} />
          </SimpleGrid>
          <Checkbox
            label="Exempt from tax"
            checked={customer.taxExempt}
            onChange={(event) => {
              setCustomer({ ...customer, taxExempt: event.currentTarget.checked });
            }}
          />
          <DialogFoot label="Create" action={create} onLeave={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
