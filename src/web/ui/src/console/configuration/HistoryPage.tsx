import { Anchor, Badge, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { useMay } from '@/app/session';
import { answer, api, ifMatch, type Schemas } from '@/shared/api/client';
import { usePages } from '@/shared/api/pages';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty } from '@/shared/ui/states';
import { Filters } from '@/shared/ui/Filters';
import { PagedTable } from '@/shared/ui/PagedTable';
import { useAction } from '@/shared/api/useAction';
import { useFilters } from '../lib/useFilters';
import { activeConfiguration, configurationDifference, configurationFile } from './configurationQueries';
import { VersionDifference } from './DraftDifference';
import { PreviewPanel } from './PreviewPanel';
import { previewImpact } from './streamedPreview';
import { Choice } from '@/shared/ui/Choice';

type Activation = Schemas['ConfigurationActivation'];

/** The texts of `to` where they differ from those of `from`. */
function useEditsBetween() {
  const queries = useQueryClient();
  return async (from: number, to: number): Promise<Record<string, string | null>> => {
    const { files } = await queries.fetchQuery(configurationDifference(from, to));
    const texts = files
      .filter(({ name }) => !name.endsWith('.so'))
      .map(async ({ name, change }): Promise<[string, string | null]> => {
        return [name, change === 'removed' ? null : await queries.fetchQuery(configurationFile(to, name))];
      });
    return Object.fromEntries(await Promise.all(texts));
  };
}

function GoBack({ version, active, etag }: { version: number; active: number; etag: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [comment, setComment] = useState('');
  const editsBetween = useEditsBetween();
  const activate = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/configuration/versions/{version}/activate', {
          params: { path: { version }, header: { ...ifMatch(etag), 'Idempotency-Key': key } },
          body: { comment: comment.trim() },
        }),
      ),
    { done: () => `Version ${version} is active again; the next run uses it`, after: close },
  );
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Go back to version ${version}`}
        onClick={() => {
          activate.begin();
          setComment('');
          open();
        }}
      >
        Go back
      </Button>
      <Modal opened={opened} onClose={close} size="xl" title={`Go back to version ${version}`}>
        <Stack>
          <PreviewPanel
            subject={`${active} ${version}`}
            compute={async (options) => previewImpact(await editsBetween(active, version), 'open', options)}
          />
          <form
            onSubmit={(event) => {
              event.preventDefault();
              activate.mutate(null);
            }}
          >
            <Stack>
              <Textarea
                label="Comment"
                description="Why, for the history"
                required
                autosize
                minRows={2}
                maxLength={1000}
                value={comment}
                onChange={(event) => {
                  setComment(event.currentTarget.value);
                }}
              />
              <DialogFoot
                label={`Make version ${version} active`}
                disabled={comment.trim() === ''}
                action={activate}
                onLeave={close}
              />
            </Stack>
          </form>
        </Stack>
      </Modal>
    </>
  );
}

const column = createColumnHelper<Activation>();

function Compare({ rows }: { rows: Activation[] }) {
  const [{ from, to }, setFilters] = useFilters({ from: '', to: '' });
  const versions = useMemo(() => {
    const labels = new Map<string, string>();
    for (const { version, comment } of [...rows].reverse()) {
      if (!labels.has(`${version}`)) labels.set(`${version}`, `${version}: ${comment}`);
    }
    for (const each of [from, to]) if (each !== '' && !labels.has(each)) labels.set(each, each);
    return [
      { value: '', label: 'choose one' },
      ...[...labels].map(([value, label]) => ({ value, label })).reverse(),
    ];
  }, [rows, from, to]);
  const before = parseInt(from, 10);
  const after = parseInt(to, 10);
  return (
    <Section title="Compare two versions">
      <Filters>
        <Choice
          label="Before"
          data={versions}
          value={from}
          onChange={(value) => {
            setFilters({ from: value });
          }}
        />
        <Choice
          label="After"
          data={versions}
          value={to}
          onChange={(value) => {
            setFilters({ to: value });
          }}
        />
      </Filters>
      {before > 0 && after > 0 ? (
        <VersionDifference key={`${before} ${after}`} from={before} to={after} />
      ) : (
        <Empty title="Choose two versions">Or press "what it changed" in the list.</Empty>
      )}
    </Section>
  );
}

export function Component() {
  const mayBill = useMay('bill');
  const active = useQuery(activeConfiguration);
  const pages = usePages(['configuration', 'history'], (cursor, signal) =>
    answer(
      api.GET('/api/v1/configuration/versions', { params: { query: cursor ? { cursor } : {} }, signal }),
    ),
  );
  const rows = useMemo(() => pages.items ?? [], [pages.items]);
  const current = active.data?.value.version;
  const etag = active.data?.etag ?? '';

  const columns = useMemo(
    () => [
      column.accessor('version', {
        header: 'Version',
        cell: ({ row }) => (
          <Group gap={6}>
            <span className="tabular">{row.original.version}</span>
            {row.index === 0 ? <Badge color="green">active</Badge> : null}
          </Group>
        ),
      }),
      column.accessor('activated_at', {
        header: 'Applied',
        cell: (cell) => <Instant at={cell.getValue()} />,
      }),
      column.accessor('activated_by', { header: 'By' }),
      column.accessor('comment', { header: 'Comment' }),
      column.accessor('sha256', {
        header: 'SHA-256',
        meta: { wideOnly: true },
        cell: (cell) => <code title={cell.getValue()}>{cell.getValue().slice(0, 12)}</code>,
      }),
      column.display({
        id: 'what',
        header: 'Changes',
        cell: ({ row }) => {
          const earlier = rows[row.index + 1];
          return earlier ? (
            <Anchor
              component={Link}
              inherit
              to={`?from=${earlier.version}&to=${row.original.version}`}
              aria-label={`what it changed: version ${row.original.version}`}
            >
              what it changed
            </Anchor>
          ) : null;
        },
      }),
      ...(mayBill && current !== undefined
        ? [
            column.display({
              id: 'back',
              header: 'Action',
              cell: ({ row }) =>
                row.original.version === current ? null : (
                  <GoBack version={row.original.version} active={current} etag={etag} />
                ),
            }),
          ]
        : []),
    ],
    [rows, mayBill, current, etag],
  );

  return (
    <Page
      title="History of the configuration"
      actions={
        <Button size="xs" variant="default" component={Link} to="/console/configuration">
          Back to the files
        </Button>
      }
    >
      <Section title="Versions, the latest first">
        <PagedTable
          label="Versions"
          pages={pages}
          columns={columns}
          rowKey={(row) => `${row.version} ${row.activated_at}`}
        />
      </Section>
      <Compare rows={rows} />
    </Page>
  );
}
