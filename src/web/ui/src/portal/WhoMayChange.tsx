import { Text } from '@mantine/core';
import { useIsOwn } from './customer';

/** Said to whoever only sees the customer's settings. */
export function WhoMayChange() {
  const isOwn = useIsOwn();
  return (
    <Text size="sm" c="dimmed">
      {isOwn ? 'A tenant admin may change these.' : 'Only people of the customer itself may change these.'}
    </Text>
  );
}
