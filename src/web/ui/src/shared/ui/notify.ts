import { notifications } from '@mantine/notifications';

/** Says that something was done; errors stand where they arise, in <Failure>. */
export function done(message: string): void {
  notifications.show({ color: 'green', message, withBorder: true, autoClose: 4000 });
}
