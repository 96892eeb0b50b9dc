import { Button, type ButtonProps, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { DialogFoot } from './DialogFoot';

interface ConfirmActionProps extends Omit<ButtonProps, 'children'> {
  label: string;
  /** Tells apart buttons of the same label: "Retry acme". */
  accessibleLabel?: string | undefined;
  title: string;
  children: ReactNode;
  /** A reason is asked for; `needed`: it cannot be left out. */
  reason?: { label: string; needed: boolean };
  action: {
    mutate: (reason: string, options: { onSuccess: () => void }) => void;
    isPending: boolean;
    error: unknown;
    begin: () => void;
  };
}

/** A button whose action is explained and confirmed in a dialog. */
export function ConfirmAction({
  label,
  accessibleLabel,
  title,
  children,
  reason,
  action,
  ...button
}: ConfirmActionProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const [text, setText] = useState('');
  const incomplete = reason?.needed === true && text.trim() === '';
  return (
    <>
      <Button
        size="xs"
        variant="default"
        {...button}
        aria-label={accessibleLabel}
        onClick={() => {
          action.begin();
          setText('');
          open();
        }}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            action.mutate(text.trim(), { onSuccess: close });
          }}
        >
          <Stack>
            <Text size="sm" component="div">
              {children}
            </Text>
            {reason ? (
              <TextInput
                label={reason.label}
                required={reason.needed}
                value={text}
                data-autofocus
                onChange={(event) => {
                  setText(event.currentTarget.value);
                }}
              />
            ) : null}
            <DialogFoot
              label={label}
              color={button.color}
              disabled={incomplete}
              action={action}
              onLeave={close}
            />
          </Stack>
        </form>
      </Modal>
    </>
  );
}
