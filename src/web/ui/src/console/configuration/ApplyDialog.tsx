import { Alert, Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, ifMatch, type Schemas } from '@/shared/api/client';
import { isOutdated } from '@/shared/api/problem';
import { Failure } from '@/shared/ui/states';
import { useAction } from '@/shared/api/useAction';
import { activeConfiguration } from './configurationQueries';
import type { Edits } from './draft';

interface ApplyDialogProps {
  opened: boolean;
  onClose: () => void;
  edits: Edits;
  etag: string;
  /** Meters of the active version that the draft has no more. */
  droppedMeters: string[];
  /** Billed periods that are priced again. */
  reprice?: Schemas['RepriceRange'];
  onApplied: () => void;
}

function said({ version, changed, repriced }: Schemas['AppliedConfiguration']): string {
  const what = changed
    ? `Version ${version} is active; the next run uses it`
    : `Version ${version} stays active`;
  return repriced > 0 ? `${what}. ${repriced} billed periods are priced again by it` : what;
}

/** Asks for the comment and makes the draft the active version. */
export function ApplyDialog(props: ApplyDialogProps) {
  const { opened, onClose, edits, etag, droppedMeters, reprice, onApplied } = props;
  const queries = useQueryClient();
  const [comment, setComment] = useState('');
  const [confirmed, setConfirmed] = useState<string[]>([]);
  const apply = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/configuration/apply', {
          params: { header: { ...ifMatch(etag), 'Idempotency-Key': key } },
          body: {
            files: edits,
            comment: comment.trim(),
            ...(confirmed.length > 0 ? { drop_meters: confirmed } : {}),
            ...(reprice ? { reprice } : {}),
          },
        }),
      ),
    {
      done: said,
      after: () => {
        setComment('');
        setConfirmed([]);
        onApplied();
        onClose();
      },
    },
  );
  const outdated = isOutdated(apply.error);
  const missing = droppedMeters.filter((meter) => !confirmed.includes(meter));

  return (
    <Modal
      opened={opened}
      onClose={() => {
        apply.begin();
        onClose();
      }}
      title={reprice ? 'Price billed periods again' : 'Apply the draft'}
      size="lg"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply.mutate(null);
        }}
      >
        <Stack>
          <Text size="sm">
            {Object.keys(edits).length === 0
              ? 'The files stay as they are.'
              : `Changes ${Object.keys(edits).join(', ')}.`}{' '}
            It takes effect at the next run, on every daemon. Issued documents stay as they are.
          </Text>
          {droppedMeters.length > 0 ? (
            <Checkbox.Group
              label="The draft leaves out meters"
              description="Their usage is not counted any more. Confirm each."
              value={confirmed}
              onChange={setConfirmed}
            >
              <Stack gap="xs" mt="xs">
                {droppedMeters.map((meter) => (
                  <Checkbox key={meter} value={meter} label={`Leave out ${meter}`} />
                ))}
              </Stack>
            </Checkbox.Group>
          ) : null}
          <Textarea
            label="Comment"
            description="Why, for the history"
            required
            autosize
            minRows={2}
            maxLength={1000}
            data-autofocus
            value={comment}
            onChange={(event) => {
              setComment(event.currentTarget.value);
            }}
          />
          {outdated ? (
            <Alert color="orange" title="Somebody else has applied a version meanwhile">
              Nothing was changed. Close this to see what it is and to carry your edits over.
            </Alert>
          ) : null}
          {apply.error && !outdated ? <Failure error={apply.error} /> : null}
          <Group justify="flex-end">
            <Button
              variant="default"
              onClick={() => {
                apply.begin();
                void queries.invalidateQueries({ queryKey: activeConfiguration.queryKey });
                onClose();
              }}
            >
              {outdated ? 'Close' : 'Leave it'}
            </Button>
            <Button
              type="submit"
              loading={apply.isPending}
              disabled={comment.trim() === '' || missing.length > 0 || outdated}
            >
              Apply
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
