import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { answer, answerWithTag, api, ifMatch, type Schemas } from '@/shared/api/client';
import { Failure } from '@/shared/ui/states';
import { useAction } from '@/shared/api/useAction';
import { customerRoles, houseRoles } from './roles';
import { Choice } from '@/shared/ui/Choice';

interface ChangeUserDialogProps {
  user: Schemas['User'];
  onClose: () => void;
  onReset: (given: Schemas['UserWithPassword']) => void;
}

/** Another role, disabling and enabling, and a new one-time password. */
export function ChangeUserDialog({ user, onClose, onReset }: ChangeUserDialogProps) {
  const path = { user: user.id };
  const [role, setRole] = useState(user.role);
  const roles = user.customer === null ? houseRoles : customerRoles;
  const change = useAction(
    async (body: Schemas['UserChange']) => {
      const { etag } = await answerWithTag(api.GET('/api/v1/users/{user}', { params: { path } }));
      return answer(api.PATCH('/api/v1/users/{user}', { params: { path, header: ifMatch(etag) }, body }));
    },
    {
      done: (changed) => `${changed.login} is ${changed.disabled ? 'disabled' : `${changed.role}, active`}`,
      changes: ['users'],
      after: onClose,
    },
  );
  const reset = useAction(
    () => answer(api.POST('/api/v1/users/{user}/one-time-password', { params: { path } })),
    {
      done: () => null,
      changes: ['users'],
      after: (given: Schemas['UserWithPassword']) => {
        onClose();
        onReset(given);
      },
    },
  );
  const error = change.error ?? reset.error;
  return (
    <Modal opened onClose={onClose} title={user.login}>
      <Stack>
        <Group align="flex-end">
          <Choice
            label="Role"
            data={roles}
            value={role}
            style={{ flex: 1 }}
            onChange={(value) => {
              setRole(roles.find((each) => each.value === value)?.value ?? user.role);
            }}
          />
          <Button
            variant="default"
            disabled={role === user.role}
            loading={change.isPending}
            onClick={() => {
              change.mutate({ role });
            }}
          >
            Change
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          A new one-time password ends the password so far, the second factor and all sessions.
        </Text>
        {error ? <Failure error={error} /> : null}
        <Group>
          <Button
            variant="default"
            loading={reset.isPending}
            onClick={() => {
              reset.mutate(null);
            }}
          >
            New one-time password
          </Button>
          <Button
            variant="default"
            color="red"
            loading={change.isPending}
            onClick={() => {
              change.mutate({ disabled: !user.disabled });
            }}
          >
            {user.disabled ? 'Enable' : 'Disable'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
