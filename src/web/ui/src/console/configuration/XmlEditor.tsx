import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { autoCloseTags, xmlLanguage } from '@codemirror/lang-xml';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  LanguageSupport,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, RangeSetBuilder, StateEffect, StateField, type Text } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { Schemas } from '@/shared/api/client';
import { codeTheme } from './codeTheme';
import classes from './editors.module.css';
import { type Hints, xmlCompletion, xmlHover } from './xmlHints';

type Problem = Schemas['ConfigurationProblem'];

export interface XmlEditorHandle {
  /** Puts the cursor where the problem is and shows it. */
  goTo(problem: Pick<Problem, 'line' | 'column'>): void;
}

interface XmlEditorProps {
  /** Another name is another text: the editor begins anew, with its own undo. */
  name: string;
  text: string;
  onChange: (text: string) => void;
  problems: readonly Problem[];
  hints: Hints | null;
  readOnly: boolean;
  handle?: Ref<XmlEditorHandle>;
}

const setProblemLines = StateEffect.define<readonly Problem[]>();
const problemLine = Decoration.line({ class: 'cm-problem-line' });

function lineOf(problem: Pick<Problem, 'line'>, text: Text): number {
  return Math.min(Math.max(problem.line, 1), text.lines);
}

function markedLines(problems: readonly Problem[], text: Text): DecorationSet {
  const lines = [...new Set(problems.map((problem) => lineOf(problem, text)))].sort((a, b) => a - b);
  const builder = new RangeSetBuilder<Decoration>();
  for (const line of lines) builder.add(text.line(line).from, text.line(line).from, problemLine);
  return builder.finish();
}

const problemLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setProblemLines)) return markedLines(effect.value, transaction.state.doc);
    }
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Columns count characters, places in an editor UTF-16 units. */
function placeInLine(line: string, column: number): number {
  return [...line].slice(0, Math.max(column - 1, 0)).join('').length;
}

function diagnostic(problem: Problem, text: Text): Diagnostic {
  const line = text.line(lineOf(problem, text));
  const indent = /^\s*/.exec(line.text)?.[0].length ?? 0;
  const from = line.from + (problem.column > 0 ? placeInLine(line.text, problem.column) : indent);
  const to =
    problem.end_column > problem.column ? line.from + placeInLine(line.text, problem.end_column) : line.to;
  return { from, to: Math.max(to, from), severity: problem.severity, message: problem.message };
}

const fixedExtensions = [
  lineNumbers(),
  highlightActiveLineGutter(),
  lintGutter(),
  foldGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  search({ top: true }),
  problemLines,
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...completionKeymap,
    ...lintKeymap,
  ]),
];

/** Editor of one file. The Tab key leaves it, as everywhere on the page. */
export default function XmlEditor({
  name,
  text,
  onChange,
  problems,
  hints,
  readOnly,
  handle,
}: XmlEditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const variable = useRef({ language: new Compartment(), access: new Compartment() });
  const latest = useRef({ text, onChange });

  useEffect(() => {
    latest.current = { text, onChange };
  });

  useEffect(() => {
    if (!parent.current) return;
    const { language, access } = variable.current;
    const editor = new EditorView({
      doc: latest.current.text,
      parent: parent.current,
      extensions: [
        fixedExtensions,
        EditorView.contentAttributes.of({
          'aria-label': `Text of ${name}`,
          spellcheck: 'false',
          tabindex: '0',
        }),
        language.of([]),
        access.of([]),
        codeTheme(),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [name]);

  useEffect(() => {
    const completion = hints ? [autocompletion({ override: [xmlCompletion(hints)] }), xmlHover(hints)] : [];
    const xml = name.endsWith('.mustache')
      ? []
      : [new LanguageSupport(xmlLanguage), autoCloseTags, completion];
    view.current?.dispatch({ effects: variable.current.language.reconfigure(xml) });
  }, [name, hints]);

  useEffect(() => {
    const access = readOnly ? EditorView.editable.of(false) : [];
    view.current?.dispatch({ effects: variable.current.access.reconfigure(access) });
  }, [name, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [name, text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const marks = problems.map((problem) => diagnostic(problem, editor.state.doc));
    editor.dispatch(setDiagnostics(editor.state, marks), { effects: setProblemLines.of(problems) });
  }, [name, problems]);

  useImperativeHandle(handle, () => ({
    goTo({ line, column }) {
      const editor = view.current;
      if (!editor) return;
      const from = editor.state.doc.line(lineOf({ line }, editor.state.doc));
      const anchor = from.from + placeInLine(from.text, column);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      editor.focus();
    },
  }));

  return <div ref={parent} className={classes.editor} />;
}
