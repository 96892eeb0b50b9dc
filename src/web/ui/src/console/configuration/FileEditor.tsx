import { Alert, Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, type Ref, Suspense, useMemo, useState } from 'react';
import { Failure, Loading } from '@/shared/ui/states';
import { configurationFile, kindOf, useHints } from './configurationQueries';
import { DecisionTrial } from './DecisionTrial';
import { changeOf, type Edits } from './draft';
import type { Problem } from './ProblemList';
import type { Schemas } from '@/shared/api/client';
import type { XmlEditorHandle } from './XmlEditor';

const XmlEditor = lazy(() => import('./XmlEditor'));
const DecisionTables = lazy(() => import('./DecisionTables'));

const editorHeight = 420;

interface FileEditorProps {
  name: string;
  version: number;
  isInVersion: boolean;
  edits: Edits;
  edit: (name: string, text: string | null, inVersion: string | null) => void;
  problems: Problem[];
  names: Schemas['ConfigurationNames'] | null;
  mayEdit: boolean;
  view: 'text' | 'tables';
  onView: (view: 'text' | 'tables') => void;
  handle: Ref<XmlEditorHandle>;
}

/** One file of the draft: as text, decisions also as tables. */
export function FileEditor(props: FileEditorProps) {
  const { name, version, isInVersion, edits, edit, problems, names, mayEdit, view, onView, handle } = props;
  const original = useQuery({ ...configurationFile(version, name), enabled: isInVersion });
  const grammar = useHints(kindOf(name));
  const hints = useMemo(() => (grammar ? { grammar, names } : null), [grammar, names]);
  const mine = useMemo(() => problems.filter((problem) => problem.file === name), [problems, name]);
  const [restored, setRestored] = useState(0);

  if (isInVersion && original.isError)
    return <Failure error={original.error} retry={() => void original.refetch()} />;
  if (isInVersion && original.data === undefined)
    return <Loading height={editorHeight} label={`Loading ${name}`} />;

  const inVersion = isInVersion ? (original.data ?? '') : null;
  const draft = edits[name];
  const text = draft === undefined ? (inVersion ?? '') : draft;
  const change = changeOf(edits, name, isInVersion);
  const isDecisions = name.endsWith('.dmn');
  const write = (next: string) => {
    edit(name, next, inVersion);
  };
  const restore = () => {
    edit(name, inVersion, inVersion);
    setRestored(restored + 1);
  };

  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Title order={2}>{name}</Title>
        <Group gap="xs">
          {isDecisions && text !== null ? (
            <SegmentedControl
              size="xs"
              aria-label="How to edit it"
              value={view}
              onChange={(value) => {
                onView(value === 'tables' ? 'tables' : 'text');
              }}
              data={[
                { value: 'tables', label: 'Tables' },
                { value: 'text', label: 'XML' },
              ]}
            />
          ) : null}
          {change && mayEdit ? (
            <Button size="xs" variant="default" onClick={restore}>
              {change === 'added' ? 'Take it away' : 'Undo all edits'}
            </Button>
          ) : null}
          {mayEdit && isInVersion && text !== null ? (
            <Button
              size="xs"
              variant="default"
              color="red"
              onClick={() => {
                edit(name, null, inVersion);
              }}
            >
              Remove
            </Button>
          ) : null}
        </Group>
      </Group>
      {text === null ? (
        <Alert color="red" title="Removed by this draft">
          The file is not part of the draft any more.
        </Alert>
      ) : (
        <Suspense fallback={<Loading height={editorHeight} label="Loading the editor" />}>
          {isDecisions && view === 'tables' ? (
            <>
              <DecisionTables
                key={`${name} ${restored}`}
                name={name}
                text={text}
                onChange={write}
                readOnly={!mayEdit}
              />
              <DecisionTrial file={name} edits={edits} />
            </>
          ) : (
            <XmlEditor
              name={name}
              text={text}
              onChange={write}
              problems={mine}
              hints={hints}
              readOnly={!mayEdit}
              handle={handle}
            />
          )}
        </Suspense>
      )}
      {view === 'text' || !isDecisions ? (
        <Text size="xs" c="dimmed">
          Ctrl+Space completes, F8 goes to the next problem, Ctrl+F finds; Tab leaves the editor.
        </Text>
      ) : null}
    </Stack>
  );
}
