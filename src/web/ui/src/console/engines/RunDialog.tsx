import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { answer, api, type Schemas } from '@/shared/api/client';
import { Failure, Loading } from '@/shared/ui/states';
import { CustomerPicker } from '../lib/CustomerPicker';
import { useAction } from '@/shared/api/useAction';
import { DryRunResult } from './DryRunResult';

interface RunChoice {
  customer: string;
  period: string;
  retryParked: boolean;
  trueUps: boolean;
}

const everyone: RunChoice = { customer: '', period: '', retryParked: false, trueUps: false };

function requestOf({ customer, period, retryParked, trueUps }: RunChoice): Schemas['RunRequest'] {
  return {
    ...(customer === '' ? {} : { customer }),
    ...(period === '' ? {} : { period }),
    ...(retryParked ? { retry_parked: true } : {}),
    ...(trueUps ? { true_ups: true } : {}),
  };
}

/** Runs an engine now, or shows what it would bill; for one customer or all. */
export function RunDialog({ engine }: { engine: Schemas['Engine'] }) {
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const [choice, setChoice] = useState(everyone);
  const path = { engine: engine.id };

  const dryRun = useMutation({
    mutationFn: (body: Schemas['RunRequest']) =>
      answer(
        api.POST('/api/v1/engines/{engine}/dry-run', {
          params: { path },
          body: { ...body, customers_max: 1000 },
        }),
      ),
  });
  const run = useAction(
    (body: Schemas['RunRequest'], key) =>
      answer(
        api.POST('/api/v1/engines/{engine}/runs', {
          params: { path, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    {
      done: (state) => `Run ${state.run.run} has begun`,
      changes: ['engines', 'runs'],
      after: (state) => {
        close();
        void navigate(`/console/runs/${state.run.run}`);
      },
    },
  );

  const change = (part: Partial<RunChoice>) => {
    setChoice({ ...choice, ...part });
    run.begin();
    dryRun.reset();
  };

  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        aria-label={`Run or try ${engine.id}`}
        onClick={() => {
          setChoice(everyone);
          run.begin();
          dryRun.reset();
          open();
        }}
      >
        Run or try
      </Button>
      <Modal opened={opened} onClose={close} title={`Run ${engine.id}`} size="xl">
        <Stack>
          <CustomerPicker
            label="Customer"
            description="Left empty: everybody who is due"
            value={choice.customer}
            onChange={(customer) => {
              change({ customer });
            }}
          />
          <TextInput
            label="Period"
            type="month"
            description="Left empty: all that are due"
            value={choice.period}
            onChange={(event) => {
              change({ period: event.currentTarget.value });
            }}
          />
          <Checkbox
            label="Try parked customers again"
            checked={choice.retryParked}
            onChange={(event) => {
              change({ retryParked: event.currentTarget.checked });
            }}
          />
          <Checkbox
            label="Bill reopened periods at once, on documents of their own"
            checked={choice.trueUps}
            onChange={(event) => {
              change({ trueUps: event.currentTarget.checked });
            }}
          />
          <Group justify="flex-end">
            <Button
              variant="default"
              loading={dryRun.isPending}
              onClick={() => {
                dryRun.mutate(requestOf(choice));
              }}
            >
              Dry run
            </Button>

            <Button
              loading={run.isPending}
              onClick={() => {
                run.mutate(requestOf(choice));
              }}
            >
              Run now
            </Button>
          </Group>
          {run.error ? <Failure error={run.error} /> : null}
          {dryRun.error ? <Failure error={dryRun.error} /> : null}
          {dryRun.isPending ? <Loading height={160} label="Computing" /> : null}
          {dryRun.data ? <DryRunResult result={dryRun.data} /> : null}
        </Stack>
      </Modal>
    </>
  );
}
