import { Alert, SegmentedControl, Stack, Text } from '@mantine/core';
import Modeler, { type DmnView } from 'dmn-js/lib/Modeler';
import Viewer from 'dmn-js/lib/Viewer';
import { useEffect, useRef, useState } from 'react';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './decisionTables.css';
import { mountCodeStyles } from './codeStyles';
import { labelCells } from './decisionTableLabels';
import { commentsInside, withPrologue } from './dmnText';
import classes from './editors.module.css';

interface DecisionTablesProps {
  /** Another name is another text. */
  name: string;
  text: string;
  onChange: (text: string) => void;
  readOnly: boolean;
}

const pauseMs = 250;

function titleOf(view: DmnView): string {
  const name = view.name ?? view.id;
  return view.type === 'drd' ? `Diagram of ${name}` : name;
}

function isShown(view: DmnView, active: DmnView | undefined): boolean {
  return view.type !== 'drd' || active?.type === 'drd';
}

/** Editor of the decisions of one file. What it changes is written back as text; text changed elsewhere is read again. */
export default function DecisionTables({ name, text, onChange, readOnly }: DecisionTablesProps) {
  const container = useRef<HTMLDivElement>(null);
  const modeler = useRef<Modeler | null>(null);
  const written = useRef<string | null>(null);
  const latest = useRef({ text, onChange });
  const [views, setViews] = useState<DmnView[]>([]);
  const [active, setActive] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    latest.current = { text, onChange };
  });

  useEffect(() => {
    if (!container.current) return;
    mountCodeStyles();
    const editor = new (readOnly ? Viewer : Modeler)({ container: container.current });
    const stopLabels = labelCells(container.current);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = async () => {
      timer = undefined;
      const { xml } = await editor.saveXML({ format: true });
      const next = withPrologue(latest.current.text, xml);
      written.current = next;
      latest.current.onChange(next);
    };
    editor.on('viewer.created', ({ viewer }) => {
      viewer.on('commandStack.changed', () => {
        clearTimeout(timer);
        timer = setTimeout(() => void write(), pauseMs);
      });
    });
    modeler.current = editor;
    written.current = null;
    return () => {
      if (timer !== undefined) {
        clearTimeout(timer);
        void write();
      }
      stopLabels();
      modeler.current = null;
      editor.destroy();
    };
  }, [name, readOnly]);

  useEffect(() => {
    const editor = modeler.current;
    if (!editor || written.current === text) return;
    written.current = text;
    editor.importXML(text).then(
      () => {
        const opened = editor.getActiveView();
        setFailure(null);
        setViews(editor.getViews().filter((view) => isShown(view, opened)));
        setActive(opened?.id ?? null);
      },
      (error: unknown) => {
        setFailure(error instanceof Error ? error.message : String(error));
      },
    );
  }, [name, readOnly, text]);

  const open = (id: string) => {
    const view = views.find((each) => each.id === id);
    if (view) {
      void modeler.current?.open(view).then(() => {
        setActive(id);
      });
    }
  };

  const comments = commentsInside(text);
  return (
    <Stack gap="xs">
      {failure === null ? null : (
        <Alert color="red" title="This cannot be shown as tables">
          {failure}. Edit it as XML.
        </Alert>
      )}
      {comments > 0 && !readOnly ? (
        <Text size="sm" c="dimmed">
          {comments === 1 ? 'A comment' : `${comments} comments`} inside the model will be lost when a table
          is changed here.
        </Text>
      ) : null}
      {views.length > 1 ? (
        <SegmentedControl
          aria-label="Decision"
          style={{ alignSelf: 'flex-start', maxWidth: '100%', overflowX: 'auto' }}
          data={views.map((view) => ({ value: view.id, label: titleOf(view) }))}
          {...(active === null ? {} : { value: active })}
          onChange={open}
        />
      ) : null}
      <div
        ref={container}
        className={classes.tables}
        data-diagram={views.some((view) => view.type === 'drd') || undefined}
        hidden={failure !== null}
      />
    </Stack>
  );
}
