import { Badge, Button, Group, SegmentedControl, Stack, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Empty, Failure, Loading } from '@/shared/ui/states';
import { configurationDifference, configurationFile } from './configurationQueries';
import type { DifferenceLayout } from './Difference';
import type { Edits, FileChange } from './draft';

const Difference = lazy(() => import('./Difference'));

const colours = { added: 'green', changed: 'blue', removed: 'red' } as const;

/** A text of a version, of a draft, or none. */
export type TextSource = { version: number } | { text: string } | null;

function useText(source: TextSource, name: string) {
  const version = source && 'version' in source ? source.version : null;
  const stored = useQuery({ ...configurationFile(version ?? 0, name), enabled: version !== null });
  if (source === null) return { text: '', error: null };
  if ('text' in source) return { text: source.text, error: null };
  return { text: stored.data, error: stored.error };
}

export interface FilePair {
  name: string;
  change: FileChange;
  before: TextSource;
  after: TextSource;
}

interface FilePairViewProps {
  pair: FilePair;
  labels: { before: string; after: string };
  layout: DifferenceLayout;
}

function FilePairView({ pair, labels, layout }: FilePairViewProps) {
  const before = useText(pair.before, pair.name);
  const after = useText(pair.after, pair.name);
  const error = before.error ?? after.error;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Title order={3}>{pair.name}</Title>
        <Badge color={colours[pair.change]}>{pair.change}</Badge>
      </Group>
      {error ? <Failure error={error} /> : null}
      {before.text === undefined || after.text === undefined ? (
        error ? null : (
          <Loading height={160} />
        )
      ) : (
        <Suspense fallback={<Loading height={160} />}>
          <Difference
            before={before.text}
            after={after.text}
            beforeLabel={`${pair.name}, ${labels.before}`}
            afterLabel={`${pair.name}, ${labels.after}`}
            layout={layout}
          />
        </Suspense>
      )}
    </Stack>
  );
}

const filesAtFirst = 20;

/** Pairs of files that differ, each with its difference. */
export function FilePairs({
  pairs,
  labels,
}: {
  pairs: FilePair[];
  labels: { before: string; after: string };
}) {
  const narrow = useMediaQuery('(width < 62em)', false, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<DifferenceLayout | null>(null);
  const [shown, setShown] = useState(filesAtFirst);
  const layout = chosen ?? (narrow ? 'unified' : 'side-by-side');
  if (pairs.length === 0) return <Empty title="No difference">The files are equal.</Empty>;
  return (
    <Stack>
      <SegmentedControl
        aria-label="How to show the difference"
        style={{ alignSelf: 'flex-start' }}
        size="xs"
        value={layout}
        onChange={(value) => {
          setChosen(value === 'unified' ? 'unified' : 'side-by-side');
        }}
        data={[
          { value: 'side-by-side', label: 'Side by side' },
          { value: 'unified', label: 'Unified' },
        ]}
      />
      {pairs.slice(0, shown).map((pair) => (
        <FilePairView key={pair.name} pair={pair} labels={labels} layout={layout} />
      ))}
      {pairs.length > shown ? (
        <Button
          variant="default"
          onClick={() => {
            setShown(shown + filesAtFirst);
          }}
        >
          Show {pairs.length - shown} more
        </Button>
      ) : null}
    </Stack>
  );
}

/** What a draft changes of the version it stands on. */
export function DraftDifference({
  version,
  files,
  edits,
}: {
  version: number;
  files: Set<string>;
  edits: Edits;
}) {
  const pairs = Object.entries(edits).map(([name, text]): FilePair => {
    const isInVersion = files.has(name);
    return {
      name,
      change: text === null ? 'removed' : isInVersion ? 'changed' : 'added',
      before: isInVersion ? { version } : null,
      after: text === null ? null : { text },
    };
  });
  return <FilePairs pairs={pairs} labels={{ before: `version ${version}`, after: 'draft' }} />;
}

/** What differs between two versions. */
export function VersionDifference({ from, to }: { from: number; to: number }) {
  const difference = useQuery(configurationDifference(from, to));
  if (difference.isError) return <Failure error={difference.error} retry={() => void difference.refetch()} />;
  if (!difference.data) return <Loading height={240} />;
  const pairs = difference.data.files.map(({ name, change }): FilePair => ({
    name,
    change,
    before: change === 'added' ? null : { version: from },
    after: change === 'removed' ? null : { version: to },
  }));
  return <FilePairs pairs={pairs} labels={{ before: `version ${from}`, after: `version ${to}` }} />;
}
