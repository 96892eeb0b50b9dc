import { Alert, Anchor, Button, Group, List, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import type { Schemas } from '@/shared/api/client';
import { Instant } from '@/shared/ui/Money';
import { Failure } from '@/shared/ui/states';
import type { DraftState } from './useDraft';

type Active = Schemas['ActiveConfiguration'];

/** Says that somebody else has applied a version since the draft was begun, and offers to put the edits on it. */
function Outdated({ active, draft }: { active: Active; draft: DraftState }) {
  const carry = useMutation({ mutationFn: draft.carryOver });
  return (
    <Alert
      color="orange"
      title={`Version ${active.version} was applied while you were editing version ${draft.base}`}
    >
      <Text size="sm" mb="xs">
        By {active.activated_by}, <Instant at={active.activated_at} />: {active.comment}.{' '}
        <Anchor
          underline="always"
          component={Link}
          inherit
          to={`/console/configuration/history?from=${draft.base}&to=${active.version}`}
        >
          What it changed
        </Anchor>
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
          loading={carry.isPending}
          onClick={() => {
            carry.mutate();
          }}
        >
          Carry my edits over to version {active.version}
        </Button>
        <Button size="xs" variant="default" onClick={draft.discard}>
          Give my edits up
        </Button>
      </Group>
      {carry.error ? <Failure error={carry.error} /> : null}
    </Alert>
  );
}

function Conflicts({ draft, onOpen }: { draft: DraftState; onOpen: (name: string) => void }) {
  return (
    <Alert color="orange" title="Both of you have changed these files">
      <Text size="sm">
        Your text stands; what the others changed in them is not in it. Look at the difference.
      </Text>
      <List size="sm" my="xs">
        {draft.conflicts.map((name) => (
          <List.Item key={name}>
            <Group gap="xs">
              <Anchor
                underline="always"
                component="button"
                type="button"
                inherit
                onClick={() => {
                  onOpen(name);
                }}
              >
                {name}
              </Anchor>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`${name} is settled`}
                onClick={() => {
                  draft.settleConflict(name);
                }}
              >
                Settled
              </Button>
            </Group>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function OnDisk({ disk }: { disk: Active['disk'] }) {
  if (disk.state === 'same') return null;
  if (disk.state === 'unreadable') {
    return (
      <Alert color="yellow" title="The daemon's own files cannot be read">
        {disk.problem ?? 'Nobody knows why.'} The active version is in the database; they are read only by{' '}
        <code>config apply</code>.
      </Alert>
    );
  }
  return (
    <Alert color="yellow" title="The daemon's own files are not the active version">
      <Text size="sm">
        The active version counts. Whoever applies the files with <code>reckoner config apply</code> changes:
      </Text>
      <List size="sm">
        {disk.changes.map(({ name, change, added, removed }) => (
          <List.Item key={name}>
            {name} ({change}, +{added} −{removed} lines)
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

interface DraftNoticesProps {
  active: Active;
  draft: DraftState;
  onOpen: (name: string) => void;
}

/** What one has to know about the draft and the active version before going on. */
export function DraftNotices({ active, draft, onOpen }: DraftNoticesProps) {
  return (
    <>
      {draft.outdated ? <Outdated active={active} draft={draft} /> : null}
      {draft.conflicts.length > 0 ? <Conflicts draft={draft} onOpen={onOpen} /> : null}
      {draft.kept ? null : (
        <Alert color="yellow" title="This browser keeps nothing">
          Its storage is full or switched off: a reload loses the draft.
        </Alert>
      )}
      <OnDisk disk={active.disk} />
    </>
  );
}
