import { Alert, Badge, Button, Group, Menu, Stack, Tabs } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { useMay } from '@/app/session';
import { answerWithTag, api, type Schemas, type Tagged } from '@/shared/api/client';
import { Instant, Money } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { FactList } from '@/shared/ui/FactList';
import { portalPath, RunLink } from '../lib/links';
import { useFilters } from '../lib/useFilters';
import { DecideHeld } from '../runs/HeldTable';
import { RetryParked } from '../runs/ParkedTable';
import { ChangeDialog, type ChangeRequest } from './ChangeDialog';
import { type ChangeKind, forms } from './changeForms';
import { Collective } from './Collective';
import { CustomerBillingDetails } from './CustomerBillingDetails';
import { CustomerDocuments } from './CustomerDocuments';
import { CustomerMoney } from './CustomerMoney';
import { Structure } from './Structure';
import { Subscriptions } from './Subscriptions';

type Details = Schemas['Customer'];

const newThings: ChangeKind[] = [
  'pay',
  'charge',
  'discount',
  'grant-coupon',
  'grant-prepaid',
  'agree',
  'credit-note',
  'billing-mode',
  'parent',
  'void',
];

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function initialOf(kind: ChangeKind): Record<string, string> {
  const days = forms[kind].fields.filter((field) => field.input === 'day' && field.required);
  return Object.fromEntries(days.map((field) => [field.name, today()]));
}

function Waiting({ details }: { details: Details }) {
  const mayOperate = useMay('operate');
  const mayBill = useMay('bill');
  const { parked, held } = details;
  return (
    <>
      {parked ? (
        <Alert color="red" title="Parked: cannot be billed">
          <Group justify="space-between">
            <span>
              {parked.reason} (run <RunLink run={parked.run} />, <Instant at={parked.since} />,{' '}
              {parked.attempts} {parked.attempts === 1 ? 'attempt' : 'attempts'})
            </span>
            {mayOperate ? <RetryParked customer={details.key} /> : null}
          </Group>
        </Alert>
      ) : null}
      {held ? (
        <Alert color="orange" title="Held: documents wait for a decision">
          <Group justify="space-between">
            <span>
              {held.reasons} (run <RunLink run={held.run} />, <Instant at={held.since} />)
            </span>
            {mayBill ? <DecideHeld run={held.run} customer={details.key} /> : null}
          </Group>
        </Alert>
      ) : null}
    </>
  );
}

function Facts({ details, onEdit }: { details: Details; onEdit: (() => void) | null }) {
  return (
    <Section
      title="Who it is"
      aside={
        onEdit ? (
          <Button size="xs" variant="default" onClick={onEdit}>
            Edit
          </Button>
        ) : null
      }
    >
      <FactList
        facts={[
          { label: 'Key', value: details.key },
          { label: 'Mail address', value: details.email ?? 'gets no mail' },
          { label: 'Time zone', value: details.time_zone },
          { label: 'Billing periods begin on day', value: `${details.anchor_day}` },
          { label: 'Subjects of usage', value: details.subjects.join(', ') || 'none' },
          { label: 'Country', value: details.country ?? 'not said' },
          { label: 'Tax number', value: details.tax_id ?? 'none' },
          { label: 'Tax', value: details.tax_exempt ? 'exempt' : 'as usual' },
          { label: 'Legal entity', value: details.legal_entity },
          {
            label: 'Owes',
            value:
              details.balances.length === 0
                ? 'nothing'
                : details.balances.map((balance) => (
                    <div key={balance.currency}>
                      <Money {...balance} />
                    </div>
                  )),
          },
        ]}
      />
    </Section>
  );
}

const tabs = ['overview', 'money', 'documents'] as const;

function CustomerView({ tagged }: { tagged: Tagged<Details> }) {
  const { value: details, etag } = tagged;
  const mayBill = useMay('bill');
  const [{ tab }, setPlace] = useFilters({ tab: 'overview' });
  const [change, setChange] = useState<ChangeRequest | null>(null);
  const begin = mayBill
    ? (wanted: ChangeRequest) => {
        setChange({ ...wanted, etag });
      }
    : null;
  const edit = () => {
    begin?.({
      kind: 'edit',
      initial: {
        name: details.name,
        email: details.email ?? '',
        time_zone: details.time_zone,
        anchor_day: `${details.anchor_day}`,
        country: details.country ?? '',
        tax_id: details.tax_id ?? '',
        tax_exempt: details.tax_exempt ? 'yes' : '',
        legal_entity: details.legal_entity,
      },
    });
  };
  return (
    <Page
      title={details.name}
      aside={
        <Group gap="xs">
          <Badge color="gray">{details.key}</Badge>
          {details.parked ? <Badge color="red">parked</Badge> : null}
          {details.held ? <Badge color="orange">held</Badge> : null}
        </Group>
      }
      actions={
        <>
          <Button size="xs" variant="default" component={Link} to={portalPath(details.key, 'interim')}>
            Interim invoice
          </Button>
          <Button
            size="xs"
            variant="default"
            component={Link}
            to={portalPath(details.key, '').replace(/\/$/, '')}
          >
            As the customer sees it
          </Button>
          {begin ? (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button size="xs" rightSection={<IconChevronDown size={14} aria-hidden />}>
                  Change
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  onClick={() => {
                    begin({ kind: 'subscribe', initial: initialOf('subscribe') });
                  }}
                >
                  {forms.subscribe.title}
                </Menu.Item>
                {newThings.map((kind) => (
                  <Menu.Item
                    key={kind}
                    onClick={() => {
                      begin({ kind, initial: initialOf(kind) });
                    }}
                  >
                    {forms[kind].title}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          ) : null}
        </>
      }
    >
      <Waiting details={details} />
      <Tabs
        value={tabs.find((each) => each === tab) ?? 'overview'}
        onChange={(next) => {
          setPlace({ tab: next ?? 'overview' });
        }}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="money">Payments and adjustments</Tabs.Tab>
          <Tabs.Tab value="documents">Documents</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Stack>
            <Subscriptions details={details} onChange={begin} />
            <Facts details={details} onEdit={begin ? edit : null} />
            <CustomerBillingDetails details={details} />
            <Structure details={details} onChange={begin} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="money">
          <CustomerMoney details={details} onChange={begin} />
        </Tabs.Panel>
        <Tabs.Panel value="documents">
          <Stack>
            <CustomerDocuments customer={details.key} onChange={begin} />
            <Collective customer={details.key} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
      {change ? (
        <ChangeDialog
          {...change}
          customer={details.key}
          onClose={() => {
            setChange(null);
          }}
        />
      ) : null}
    </Page>
  );
}

export function Component() {
  const customer = useParams().customer ?? '';
  const details = useQuery({
    queryKey: ['customers', 'details', customer],
    queryFn: ({ signal }) =>
      answerWithTag(api.GET('/api/v1/customers/{customer}', { params: { path: { customer } }, signal })),
  });
  if (!details.data) {
    return (
      <Page title={customer}>
        <QueryView query={details} height={560}>
          {() => null}
        </QueryView>
      </Page>
    );
  }
  return <CustomerView key={customer} tagged={details.data} />;
}
