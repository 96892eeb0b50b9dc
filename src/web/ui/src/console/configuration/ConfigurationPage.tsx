import { Badge, Button, Group, Tabs, Text } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'react-router-dom';
import { useMay } from '@/app/session';
import type { Schemas } from '@/shared/api/client';
import type { Tagged } from '@/shared/api/client';
import { Instant } from '@/shared/ui/Money';
import { Page, Section } from '@/shared/ui/Page';
import { Empty, Failure, QueryView } from '@/shared/ui/states';
import { useFilters } from '../lib/useFilters';
import { ApplyDialog } from './ApplyDialog';
import classes from './ConfigurationPage.module.css';
import { activeConfiguration } from './configurationQueries';
import { changeOf, isEmpty } from './draft';
import { DraftDifference } from './DraftDifference';
import { DraftNotices } from './DraftNotices';
import { FileEditor } from './FileEditor';
import { FileTree, type TreeFile } from './FileTree';
import { NewFileDialog } from './NewFileDialog';
import { PreviewPanel } from './PreviewPanel';
import { type Problem, ProblemList } from './ProblemList';
import { previewImpact } from './streamedPreview';
import { useDraft } from './useDraft';
import { useDraftCheck } from './useDraftCheck';
import type { XmlEditorHandle } from './XmlEditor';
import { Choice } from '@/shared/ui/Choice';

type Active = Schemas['ActiveConfiguration'];

function treeFiles(active: Active, edits: Record<string, string | null>, problems: Problem[]): TreeFile[] {
  const inVersion = new Set(active.files.map((file) => file.name));
  const added = Object.keys(edits).filter((name) => !inVersion.has(name));
  const wrong = (name: string) =>
    problems.filter((problem) => problem.file === name && problem.severity === 'error').length;
  return [...active.files, ...added.map((name) => ({ name, kind: null }))].map(({ name, kind }) => ({
    name,
    change: changeOf(edits, name, inVersion.has(name)),
    problems: wrong(name),
    isLibrary: kind === 'library',
  }));
}

function Impact({ edits, right }: { edits: Record<string, string | null>; right: boolean }) {
  const [over, setOver] = useState<'open' | 'due'>('open');
  return (
    <PreviewPanel
      subject={`${over} ${JSON.stringify(edits)}`}
      compute={(options) => previewImpact(edits, over, options)}
      disabled={!right}
    >
      <Choice
        label="Compute"
        className={classes.over}
        value={over}
        onChange={(value) => {
          setOver(value === 'due' ? 'due' : 'open');
        }}
        data={[
          { value: 'open', label: 'the periods not issued yet, whole' },
          { value: 'due', label: 'what a run would issue now' },
        ]}
      />
    </PreviewPanel>
  );
}

const tabs = ['edit', 'difference', 'impact'] as const;

function Workbench({ value: active, etag }: Tagged<Active>) {
  const mayEdit = useMay('bill');
  const draft = useDraft(active.version);
  const check = useDraftCheck(active.version, draft.edits);
  const [place, setPlace] = useFilters({ file: 'billing-config.xml', view: 'tables', tab: 'edit' });
  const [applying, apply] = useDisclosure(false);
  const editor = useRef<XmlEditorHandle>(null);
  const narrow = useMediaQuery('(width < 62em)', false, { getInitialValueInEffect: false });

  const inVersion = useMemo(() => new Set(active.files.map((file) => file.name)), [active.files]);
  const files = treeFiles(active, draft.edits, check.problems);
  const file =
    files.find((each) => each.name === place.file && !each.isLibrary)?.name ?? 'billing-config.xml';
  const changes = Object.keys(draft.edits).length;
  const changed = !isEmpty(draft.edits);
  const mayApply = changed && check.right && !check.checking && !draft.outdated;

  const open = (name: string) => {
    setPlace({ file: name, tab: 'edit' });
  };
  const goTo = (problem: Problem) => {
    setPlace({ file: problem.file, tab: 'edit', view: 'text' });
    // The editor of another file is there only after the next paint, and after its code is loaded the first time.
    const show = (attempts: number) => {
      if (problem.line === 0) return;
      if (editor.current) editor.current.goTo(problem);
      else if (attempts > 0) setTimeout(show, 100, attempts - 1);
    };
    setTimeout(show, 50, 50);
  };

  return (
    <Page
      title="Configuration"
      aside={
        <Text size="sm" c="dimmed" component="span">
          version {active.version}, applied by {active.activated_by} <Instant at={active.activated_at} />
        </Text>
      }
      actions={
        <>
          <Button size="xs" variant="default" component={Link} to="/console/configuration/history">
            History
          </Button>
          <Button size="xs" variant="default" component={Link} to="/console/configuration/reprice">
            Reprice
          </Button>
          {changed && mayEdit ? (
            <Button size="xs" variant="default" onClick={draft.discard}>
              Give the draft up
            </Button>
          ) : null}
          {mayEdit ? (
            <Button size="xs" disabled={!mayApply} onClick={apply.open}>
              Apply…
            </Button>
          ) : null}
        </>
      }
    >
      <DraftNotices active={active} draft={draft} onOpen={open} />
      <Tabs
        value={tabs.find((tab) => tab === place.tab) ?? 'edit'}
        onChange={(tab) => {
          setPlace({ tab: tab ?? 'edit' });
        }}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="edit">Files</Tabs.Tab>
          <Tabs.Tab value="difference" rightSection={changed ? <Badge>{changes}</Badge> : null}>
            Difference
          </Tabs.Tab>
          <Tabs.Tab value="impact">Impact</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit">
          <div className={classes.workbench}>
            <div className={classes.files}>
              {narrow ? (
                <Choice
                  label="File"
                  value={file}
                  onChange={(name) => {
                    if (name) open(name);
                  }}
                  data={files.filter((each) => !each.isLibrary).map((each) => each.name)}
                />
              ) : (
                <FileTree files={files} shown={file} onOpen={open} />
              )}
              {mayEdit ? (
                <NewFileDialog
                  taken={new Set(files.map((each) => each.name))}
                  onAdd={(name, text) => {
                    draft.edit(name, text, null);
                    open(name);
                  }}
                />
              ) : null}
            </div>
            <div className={classes.editor}>
              <FileEditor
                key={file}
                name={file}
                version={active.version}
                isInVersion={inVersion.has(file)}
                edits={draft.edits}
                edit={draft.edit}
                problems={check.problems}
                names={check.names}
                mayEdit={mayEdit}
                view={place.view === 'text' ? 'text' : 'tables'}
                onView={(view) => {
                  setPlace({ view });
                }}
                handle={editor}
              />
              {check.error ? <Failure error={check.error} /> : null}
              <ProblemList problems={check.problems} checking={check.checking} onOpen={goTo} />
            </div>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="difference">
          <Section title="From the active version to the draft">
            {changed ? (
              <DraftDifference version={active.version} files={inVersion} edits={draft.edits} />
            ) : (
              <Empty title="Nothing is changed">Edit a file to begin a draft.</Empty>
            )}
          </Section>
        </Tabs.Panel>
        <Tabs.Panel value="impact">
          <Section title="What the draft means in money">
            {changed ? (
              <Group>
                {check.right ? null : (
                  <Text size="sm" c="dimmed">
                    The draft has mistakes; mend them first.
                  </Text>
                )}
                <div className={classes.impact}>
                  <Impact edits={draft.edits} right={check.right && !check.checking} />
                </div>
              </Group>
            ) : (
              <Empty title="Nothing is changed">Edit a file to begin a draft.</Empty>
            )}
          </Section>
        </Tabs.Panel>
      </Tabs>
      <ApplyDialog
        opened={applying}
        onClose={apply.close}
        edits={draft.edits}
        etag={etag}
        droppedMeters={check.droppedMeters}
        onApplied={draft.discard}
      />
    </Page>
  );
}

export function Component() {
  const active = useQuery(activeConfiguration);
  if (!active.data) {
    return (
      <Page title="Configuration">
        <QueryView query={active} height={560}>
          {() => null}
        </QueryView>
      </Page>
    );
  }
  return <Workbench {...active.data} />;
}
