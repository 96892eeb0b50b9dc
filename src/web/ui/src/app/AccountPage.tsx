import { Text } from '@mantine/core';
import { Page } from '@/shared/ui/Page';
import { useSession } from './session';

export function Component() {
  const { user } = useSession();
  return (
    <Page title="Your account">
      <Text>{user.login}</Text>
    </Page>
  );
}
