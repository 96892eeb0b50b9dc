import { Anchor, Code } from '@mantine/core';
import { Link } from 'react-router-dom';

export function customerPath(customer: string): string {
  return `/console/customers/${encodeURIComponent(customer)}`;
}

/** A page of the customer's own area, such as "interim". */
export function portalPath(customer: string, page: string): string {
  return `/c/${encodeURIComponent(customer)}/${page}`;
}

/** `inText`: among words, where its colour alone would not tell it apart. */
export function CustomerLink({ customer, inText = false }: { customer: string; inText?: boolean }) {
  return (
    <Anchor component={Link} to={customerPath(customer)} inherit underline={inText ? 'always' : 'hover'}>
      {customer}
    </Anchor>
  );
}

export function RunLink({ run }: { run: number }) {
  return (
    <Anchor component={Link} to={`/console/runs/${run}`} inherit underline="always" className="tabular">
      {run}
    </Anchor>
  );
}

export function DocumentLink({ customer, number }: { customer: string; number: string }) {
  return (
    <Anchor component={Link} to={portalPath(customer, `invoices/${encodeURIComponent(number)}`)} inherit>
      {number}
    </Anchor>
  );
}

/** Where a file of the configuration is edited. */
export function configurationPath(file: string): string {
  return `/console/configuration?file=${encodeURIComponent(file)}`;
}

/** The file and where it is edited, among words. */
export function InConfiguration({ file }: { file: string }) {
  return (
    <>
      <Code>{file}</Code> of the{' '}
      <Anchor component={Link} inherit underline="always" to={configurationPath(file)}>
        configuration
      </Anchor>
    </>
  );
}
