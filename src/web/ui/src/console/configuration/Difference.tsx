import { xml } from '@codemirror/lang-xml';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { codeTheme } from './codeTheme';
import classes from './editors.module.css';

export type DifferenceLayout = 'side-by-side' | 'unified';

interface DifferenceProps {
  before: string;
  after: string;
  /** What the two are called. */
  beforeLabel: string;
  afterLabel: string;
  layout: DifferenceLayout;
}

const collapseUnchanged = { margin: 3, minSize: 6 };

function readOnly(label: string): Extension {
  return [
    lineNumbers(),
    xml(),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    codeTheme(),
  ];
}

/** The difference of two texts; what is equal is folded away. */
export default function Difference({ before, after, beforeLabel, afterLabel, layout }: DifferenceProps) {
  const parent = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!parent.current) return;
    const view =
      layout === 'side-by-side'
        ? new MergeView({
            a: { doc: before, extensions: readOnly(beforeLabel) },
            b: { doc: after, extensions: readOnly(afterLabel) },
            parent: parent.current,
            collapseUnchanged,
            gutter: true,
          })
        : new EditorView({
            doc: after,
            extensions: [
              readOnly(`From ${beforeLabel} to ${afterLabel}`),
              unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged, gutter: true }),
            ],
            parent: parent.current,
          });
    return () => {
      view.destroy();
    };
  }, [before, after, beforeLabel, afterLabel, layout]);

  return <div ref={parent} className={classes.difference} />;
}
