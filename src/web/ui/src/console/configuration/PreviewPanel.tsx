import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Schemas } from '@/shared/api/client';
import { useReader } from '@/shared/format/reader';
import { Failure } from '@/shared/ui/states';
import { ImpactResult } from './ImpactResult';
import type { PreviewOptions, PreviewProgress } from './streamedPreview';

type Impact = Schemas['ConfigurationImpact'];

interface PreviewPanelProps {
  /** Changes with what is previewed; a result for another is shown as outdated. */
  subject: string;
  compute: (options: PreviewOptions) => Promise<Impact>;
  disabled?: boolean;
  /** Choices beside the button. */
  children?: ReactNode;
}

/** Computes a preview on request, shows how far it is, and its result. */
export function PreviewPanel({ subject, compute, disabled = false, children }: PreviewPanelProps) {
  const { locale } = useReader();
  const [progress, setProgress] = useState<PreviewProgress | null>(null);
  const [outcome, setOutcome] = useState<{ of: string; impact?: Impact; error?: unknown } | null>(null);
  const running = useRef<AbortController | null>(null);

  useEffect(
    () => () => {
      running.current?.abort();
    },
    [],
  );

  const start = async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setProgress({ customers: 0, of: 0 });
    setOutcome(null);
    try {
      const impact = await compute({ signal: controller.signal, onProgress: setProgress });
      setOutcome({ of: subject, impact });
    } catch (error) {
      if (!controller.signal.aborted) setOutcome({ of: subject, error });
    } finally {
      if (running.current === controller) setProgress(null);
    }
  };

  const percent = progress && progress.of > 0 ? (100 * progress.customers) / progress.of : 0;
  return (
    <Stack>
      <Group align="flex-end">
        {children}
        <Button onClick={() => void start()} loading={progress !== null} disabled={disabled}>
          Compute the preview
        </Button>
        {progress ? (
          <Button
            variant="default"
            onClick={() => {
              running.current?.abort();
              setProgress(null);
            }}
          >
            Stop
          </Button>
        ) : null}
      </Group>
      {progress ? (
        <div>
          <Progress value={percent} aria-label="Customers computed" />
          <Text size="sm" c="dimmed" mt={4}>
            {progress.customers.toLocaleString(locale)} of {progress.of.toLocaleString(locale)} customers
          </Text>
        </div>
      ) : null}
      {outcome?.error ? <Failure error={outcome.error} /> : null}
      {outcome?.impact && outcome.of !== subject ? (
        <Alert color="yellow" title="Of an earlier draft">
          Something was changed since; compute it again.
        </Alert>
      ) : null}
      {outcome?.impact ? <ImpactResult impact={outcome.impact} /> : null}
    </Stack>
  );
}
