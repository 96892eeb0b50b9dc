import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { DownloadButton } from '@/shared/ui/DownloadButton';
import { Choice } from '@/shared/ui/Choice';
import { Filters } from '@/shared/ui/Filters';
import { Section } from '@/shared/ui/Page';
import { CustomerPicker } from '../lib/CustomerPicker';
import { journalFormats } from './formats';

const [usual] = journalFormats;

/** Files of some days, as often as wanted; they belong to no chain. */
export function ByDay() {
  const [format, setFormat] = useState<string>(usual.value);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [customer, setCustomer] = useState('');
  const asked = new URLSearchParams({
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(customer.trim() ? { customer: customer.trim() } : {}),
  });
  const journal = new URLSearchParams(asked);
  journal.set('format', format);
  const stretch = [from, to].filter(Boolean).join('-to-');
  const suffix = stretch ? `-${stretch}` : '';
  const ending = journalFormats.find(({ value }) => value === format)?.ending ?? 'txt';
  return (
    <Section title="By day">
      <Filters>
        <TextInput
          type="date"
          label="First day"
          value={from}
          onChange={(event) => {
            setFrom(event.currentTarget.value);
          }}
        />
        <TextInput
          type="date"
          label="Last day"
          value={to}
          onChange={(event) => {
            setTo(event.currentTarget.value);
          }}
        />
        <CustomerPicker label="Customer" value={customer} onChange={setCustomer} />
        <Choice
          label="Journal as"
          value={format}
          onChange={setFormat}
          data={journalFormats.map(({ value, label }) => ({ value, label }))}
        />
        <DownloadButton
          label="Journal"
          path={`/api/v1/journal/export?${journal.toString()}`}
          type="*/*"
          name={`journal${suffix}.${ending}`}
        />
        <DownloadButton
          label="Cost and usage (FOCUS)"
          path={`/api/v1/focus?${asked.toString()}`}
          type="text/csv"
          name={`focus${suffix}.csv`}
        />
      </Filters>
    </Section>
  );
}
