import { Alert, Button, Group, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { useMay } from '@/app/session';
import type { Schemas, Tagged } from '@/shared/api/client';
import { Page, Section } from '@/shared/ui/Page';
import { QueryView } from '@/shared/ui/states';
import { Filters } from '@/shared/ui/Filters';
import { useFilters } from '../lib/useFilters';
import { ApplyDialog } from './ApplyDialog';
import { activeConfiguration } from './configurationQueries';
import { isEmpty } from './draft';
import { DraftNotices } from './DraftNotices';
import { PreviewPanel } from './PreviewPanel';
import { previewReprice } from './streamedPreview';
import { useDraft } from './useDraft';
import { useDraftCheck } from './useDraftCheck';

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The days of the calendar month before the one of `now`. */
function lastMonth(now: Date): { from: string; to: string } {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  return { from: day(new Date(Date.UTC(year, month - 1, 1))), to: day(new Date(Date.UTC(year, month, 0))) };
}

function Reprice({ value: active, etag }: Tagged<Schemas['ActiveConfiguration']>) {
  const mayBill = useMay('bill');
  const draft = useDraft(active.version);
  const check = useDraftCheck(active.version, draft.edits);
  const [{ from, to }, setRange] = useFilters(lastMonth(new Date()));
  const [applying, apply] = useDisclosure(false);
  const range = { from, to: to === '' ? null : to };
  const ready = from !== '' && check.right && !check.checking && !draft.outdated;

  return (
    <Page
      title="Reprice"
      actions={
        <Button size="xs" variant="default" component={Link} to="/console/configuration">
          Back to the files
        </Button>
      }
    >
      <DraftNotices active={active} draft={draft} onOpen={() => undefined} />
      <Section title="Price billed periods again">
        <Text size="sm" mb="sm">
          Billed periods keep the prices they were billed with. Here those that start in the range are priced
          again
          {isEmpty(draft.edits) ? ' with the active version' : ' with your draft'}: the next run bills or
          credits the difference, issued documents stay as they are.
        </Text>
        {isEmpty(draft.edits) ? null : (
          <Alert color="blue" mb="sm" title="With your draft">
            It changes {Object.keys(draft.edits).join(', ')}. Applying makes it the active version too.
          </Alert>
        )}
        {check.right || check.checking ? null : (
          <Alert color="red" mb="sm" title="The draft has mistakes">
            Mend them first.
          </Alert>
        )}
        <Filters>
          <TextInput
            type="date"
            label="Periods that start from"
            value={from}
            required
            onChange={(event) => {
              setRange({ from: event.currentTarget.value });
            }}
          />
          <TextInput
            type="date"
            label="until, and including"
            value={to}
            onChange={(event) => {
              setRange({ to: event.currentTarget.value });
            }}
          />
          <Button
            variant="default"
            onClick={() => {
              setRange(lastMonth(new Date()));
            }}
          >
            Last month
          </Button>
        </Filters>
        <PreviewPanel
          subject={`${from} ${to} ${active.version} ${JSON.stringify(draft.edits)}`}
          compute={(options) => previewReprice(draft.edits, range, options)}
          disabled={!ready}
        />
        {mayBill ? (
          <Group justify="flex-end" mt="md">
            <Button disabled={!ready} onClick={apply.open}>
              Apply and reprice…
            </Button>
          </Group>
        ) : null}
      </Section>
      <ApplyDialog
        opened={applying}
        onClose={apply.close}
        edits={draft.edits}
        etag={etag}
        droppedMeters={check.droppedMeters}
        reprice={range}
        onApplied={draft.discard}
      />
    </Page>
  );
}

export function Component() {
  const active = useQuery(activeConfiguration);
  if (!active.data) {
    return (
      <Page title="Reprice">
        <QueryView query={active} height={400}>
          {() => null}
        </QueryView>
      </Page>
    );
  }
  return <Reprice {...active.data} />;
}
