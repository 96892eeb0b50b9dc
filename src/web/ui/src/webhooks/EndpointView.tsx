import { Alert, Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { Tagged } from '@/shared/api/client';
import { useAction } from '@/shared/api/useAction';
import { ConfirmAction } from '@/shared/ui/ConfirmAction';
import { FactList } from '@/shared/ui/FactList';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Secret } from '@/shared/ui/Secret';
import { QueryView } from '@/shared/ui/states';
import { Deliveries } from './Deliveries';
import { EndpointForm } from './EndpointForm';
import type { Endpoint, EndpointWithSecret, Owner, Terms } from './owner';
import { EndpointBadge, wordsOf } from './words';

interface Editing {
  owner: Owner;
  tagged: Tagged<Endpoint>;
}

/** All terms of an endpoint, as an edit needs them. */
function termsOf({ url, events, description, enabled }: Endpoint): Terms {
  return { url, events, description, enabled };
}

function useEdit({ owner, tagged }: Editing, said: string, after?: () => void) {
  const { value, etag } = tagged;
  return useAction((terms: Terms) => owner.edit(value.id, etag, terms), {
    done: () => said,
    changes: [owner.key],
    ...(after ? { after } : {}),
  });
}

function EditDialog({ owner, tagged, onClose }: Editing & { onClose: () => void }) {
  const { value } = tagged;
  const edit = useEdit({ owner, tagged }, 'The endpoint is changed', onClose);
  return (
    <Modal opened onClose={onClose} title="Change the endpoint" size="lg">
      <EndpointForm
        owner={owner}
        initial={value}
        button="Store"
        pending={edit.isPending}
        error={edit.error}
        onSubmit={(terms) => {
          edit.mutate({ ...terms, enabled: value.enabled });
        }}
        onLeave={onClose}
      />
    </Modal>
  );
}

function Switch({ owner, tagged }: Editing) {
  const { value } = tagged;
  const edit = useEdit({ owner, tagged }, value.enabled ? 'It is told nothing more' : 'It is told again');
  const action = {
    ...edit,
    mutate: (_: string, options: { onSuccess: () => void }) => {
      edit.mutate({ ...termsOf(value), enabled: !value.enabled }, options);
    },
  };
  return value.enabled ? (
    <ConfirmAction label="Disable" title="Tell it nothing more" action={action}>
      What waits for it is given up, and can be sent again when it is enabled.
    </ConfirmAction>
  ) : (
    <ConfirmAction label="Enable" title="Tell it again" action={action}>
      It is told what happens from now on. What was given up can be sent again.
    </ConfirmAction>
  );
}

function Rotate({ owner, tagged: { value } }: Editing) {
  const [made, setMade] = useState<EndpointWithSecret | null>(null);
  const rotate = useAction((_: string, key) => owner.rotate(value.id, key), {
    done: () => null,
    changes: [owner.key],
    after: setMade,
  });
  return (
    <>
      <ConfirmAction label="Another secret" title="Make another secret" action={rotate}>
        The new one is shown once. The present one signs beside it for a while, so that nothing is refused
        meanwhile; an older one no more.
      </ConfirmAction>
      <Modal
        opened={made !== null}
        onClose={() => {
          setMade(null);
        }}
        title="The new secret"
        size="lg"
      >
        {made ? <Secret label={`Secret of ${made.endpoint.url}`} value={made.secret} /> : null}
      </Modal>
    </>
  );
}

function Remove({ owner, tagged: { value } }: Editing) {
  const navigate = useNavigate();
  const remove = useAction<string, Endpoint>(() => owner.remove(value.id), {
    done: () => `${value.url} is removed`,
    changes: [[...owner.key, 'list']],
    after: () => {
      void navigate(owner.page);
    },
  });
  return (
    <ConfirmAction label="Remove" color="red" title="Remove the endpoint" action={remove}>
      With it goes the list of what it was told. This cannot be undone.
    </ConfirmAction>
  );
}

function State({ endpoint }: { endpoint: Endpoint }) {
  if (!endpoint.enabled) {
    return (
      <Alert color="gray" title="Disabled">
        {endpoint.disabled_reason ?? 'It is told nothing'}
        {endpoint.disabled_at ? (
          <>
            {' '}
            (<Instant at={endpoint.disabled_at} />)
          </>
        ) : null}
      </Alert>
    );
  }
  if (endpoint.failing_since === null || endpoint.failures === 0) return null;
  return (
    <Alert color="orange" title={`Failing: ${String(endpoint.failures)} times`}>
      It has taken nothing since <Instant at={endpoint.failing_since} />.
      {endpoint.rests_until ? (
        <>
          {' '}
          The next try is at <Instant at={endpoint.rests_until} />.
        </>
      ) : null}
    </Alert>
  );
}

interface EndpointViewProps {
  owner: Owner;
  id: string;
  mayChange: boolean;
}

/** One endpoint: its terms, what can be done with it, and what it was told. */
export function EndpointView({ owner, id, mayChange }: EndpointViewProps) {
  const [editing, edit] = useDisclosure(false);
  const query = useQuery({ queryKey: [...owner.key, id, 'detail'], queryFn: () => owner.get(id) });
  return (
    <Page
      title="Webhook"
      aside={query.data ? <EndpointBadge endpoint={query.data.value} /> : null}
      actions={
        mayChange && query.data ? (
          <>
            <Button size="xs" variant="default" onClick={edit.open}>
              Edit
            </Button>
            <Rotate owner={owner} tagged={query.data} />
            <Switch owner={owner} tagged={query.data} />
            <Remove owner={owner} tagged={query.data} />
          </>
        ) : null
      }
    >
      <QueryView query={query} height={480}>
        {(tagged) => {
          const { value } = tagged;
          return (
            <>
              <State endpoint={value} />
              <Section title="Endpoint">
                <FactList
                  facts={[
                    { label: 'Address', value: value.url },
                    { label: 'Description', value: value.description || 'none' },
                    {
                      label: 'Is told when',
                      value: (
                        <Group gap={4}>
                          {value.events.map((kind) => (
                            <Text key={kind} inherit component="div">
                              {wordsOf(kind)}
                            </Text>
                          ))}
                        </Group>
                      ),
                    },
                    { label: 'Made', value: <Instant at={value.created_at} /> },
                    {
                      label: 'Former secret',
                      value: value.old_secret_until ? (
                        <>
                          signs as well until <Instant at={value.old_secret_until} />
                        </>
                      ) : (
                        'none signs'
                      ),
                    },
                  ]}
                />
              </Section>
              <Deliveries owner={owner} endpoint={value} mayChange={mayChange} />
              {editing ? <EditDialog owner={owner} tagged={tagged} onClose={edit.close} /> : null}
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
