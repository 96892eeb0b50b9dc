import { Button, Group, type MantineColor } from '@mantine/core';
import { Failure } from './states';

interface DialogFootProps {
  /** What the button that submits says. */
  label: string;
  color?: MantineColor | undefined;
  disabled?: boolean;
  /** What submitting does; nothing of it is shown where it is done at once. */
  action?: { isPending: boolean; error: unknown };
  onLeave: () => void;
}

/** End of a dialog's form: what went wrong, and the choice between leaving it and doing it. */
export function DialogFoot({ label, color, disabled = false, action, onLeave }: DialogFootProps) {
  return (
    <>
      {action?.error ? <Failure error={action.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onLeave}>
          Leave it
        </Button>
        <Button type="submit" loading={action?.isPending} disabled={disabled} color={color}>
          {label}
        </Button>
      </Group>
    </>
  );
}
