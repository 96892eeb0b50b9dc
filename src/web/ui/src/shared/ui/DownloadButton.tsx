import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { download } from '../api/download';

interface DownloadButtonProps {
  label: string;
  path: string;
  type: 'text/csv' | 'application/json' | 'application/pdf';
  /** Name of the file. */
  name: string;
  disabled?: boolean;
}

export function DownloadButton({ label, path, type, name, disabled = false }: DownloadButtonProps) {
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
      leftSection={<IconDownload size={16} aria-hidden />}
      loading={busy}
      disabled={disabled}
      onClick={() => void start()}
    >
      {label}
    </Button>
  );
}
