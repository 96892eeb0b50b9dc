import { Button, type ButtonProps } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { download, type FileType } from '../api/download';

interface DownloadButtonProps {
  label: string;
  path: string;
  type: FileType;
  /** Name of the file. */
  name: string;
  disabled?: boolean;
  size?: ButtonProps['size'];
  /** Tells apart buttons of the same label. */
  accessibleLabel?: string;
}

export function DownloadButton({
  label,
  path,
  type,
  name,
  disabled = false,
  size = 'sm',
  accessibleLabel,
}: DownloadButtonProps) {
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      await download(path, type, name);
    } catch (error) {
      notifications.show({
        color: 'red',
        title: 'Not downloaded',
        message: error instanceof Error ? error.message : String(error),
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      size={size}
      aria-label={accessibleLabel}
      leftSection={<IconDownload size={16} aria-hidden />}
      loading={busy}
      disabled={disabled}
      onClick={() => void start()}
    >
      {label}
    </Button>
  );
}
