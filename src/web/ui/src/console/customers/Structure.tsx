import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { subtreeQuery } from '@/receivables/CollectiveStatement';
import type { Schemas } from '@/shared/api/client';
import { Day } from '@/shared/ui/Day';
import { FactList } from '@/shared/ui/FactList';
import { Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { CustomerLink } from '../lib/links';
import type { ChangeRequest } from './ChangeDialog';
import { forms } from './changeForms';

type Details = Schemas['Customer'];
type Mode = Schemas['BillingMode'];

const modeWords: Record<Mode, string> = { showback: 'shown', chargeback: 'billed' };

function Modes({ modes }: { modes: Details['billing_modes'] }) {
  if (modes.length === 0) return 'billed';
  return (
    <>
      {modes[0]?.mode === 'showback' ? <div>billed before</div> : null}
      {modes.map(({ from, mode }) => (
        <div key={from}>
          {modeWords[mode]} from <Day day={from} /> on
        </div>
      ))}
    </>
  );
}

function Below({ customer }: { customer: string }) {
  const query = useQuery(subtreeQuery(customer));
  return (
    <QueryView query={query} height={20}>
      {({ items }) => {
        const children = items.filter(({ parent }) => parent === customer);
        if (children.length === 0) return 'nobody';
        return children.map((child, index) => (
          <span key={child.customer}>
            {index > 0 ? ', ' : ''}
            <CustomerLink customer={child.customer} inText />
          </span>
        ));
      }}
    </QueryView>
  );
}

interface StructureProps {
  details: Details;
  onChange: ((change: ChangeRequest) => void) | null;
}

/** Below whom a customer is, and whether its costs are billed or shown. */
export function Structure({ details, onChange }: StructureProps) {
  const { parent, billing_modes: modes } = details;
  const shown = modes.at(-1)?.mode === 'showback';
  return (
    <Section
      title="Parent and billing mode"
      aside={
        onChange ? (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                onChange({
                  kind: 'parent',
                  initial: {
                    parent: parent?.customer ?? '',
                    gets_mails: parent?.gets_mails ? 'yes' : '',
                  },
                });
              }}
            >
              {forms.parent.title}
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                onChange({
                  kind: 'billing-mode',
                  initial: {
                    mode: shown ? 'chargeback' : 'showback',
                    from: new Date().toISOString().slice(0, 10),
                  },
                });
              }}
            >
              {forms['billing-mode'].title}
            </Button>
          </Group>
        ) : null
      }
    >
      <FactList
        facts={[
          { label: 'Parent', value: parent ? <CustomerLink customer={parent.customer} inText /> : 'none' },
          { label: 'Documents are mailed to', value: parent?.gets_mails ? parent.customer : 'itself' },
          { label: 'Directly below it', value: <Below customer={details.key} /> },
          { label: 'Costs are', value: <Modes modes={modes} /> },
        ]}
      />
    </Section>
  );
}
