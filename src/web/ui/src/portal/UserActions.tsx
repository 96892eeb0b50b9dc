import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { answer, answerWithTag, api, ifMatch, type Schemas } from '@/shared/api/client';

type User = Schemas['User'];

interface UserActionsProps {
  user: User;
  /** Told in words what was done. */
  onChanged: (what: string) => void;
  onReset: (given: Schemas['UserWithPassword']) => void;
}

function refused(error: Error) {
  notifications.show({ color: 'red', title: 'Not changed', message: error.message });
}

/** Changes of one user by another. */
export function UserActions({ user, onChanged, onReset }: UserActionsProps) {
  const path = { user: user.id };
  const change = useMutation({
    mutationFn: async (body: Schemas['UserChange']) => {
      const { etag } = await answerWithTag(api.GET('/api/v1/users/{user}', { params: { path } }));
      return answer(api.PATCH('/api/v1/users/{user}', { params: { path, header: ifMatch(etag) }, body }));
    },
    onSuccess: (changed) => {
      onChanged(`${changed.login} is ${changed.disabled ? 'disabled' : `a ${changed.role}`}`);
    },
    onError: refused,
  });
  const reset = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/users/{user}/one-time-password', { params: { path } })),
    onSuccess: onReset,
    onError: refused,
  });
  const other = user.role === 'tenant-admin' ? 'tenant-viewer' : 'tenant-admin';
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Actions for ${user.login}`}
          loading={change.isPending || reset.isPending}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => {
            change.mutate({ role: other });
          }}
        >
          Make a {other}
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            reset.mutate();
          }}
        >
          New one-time password
        </Menu.Item>
        <Menu.Item
          color={user.disabled ? undefined : 'red'}
          onClick={() => {
            change.mutate({ disabled: !user.disabled });
          }}
        >
          {user.disabled ? 'Enable' : 'Disable'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
