import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { cspNonce } from '@/app/nonce';
import { mountCodeStyles } from './codeStyles';

// Colours are variables of editors.module.css, so that another theme needs no other editor.
const colours = HighlightStyle.define([
  { tag: tags.tagName, color: 'var(--code-tag)' },
  { tag: tags.attributeName, color: 'var(--code-attribute)' },
  { tag: tags.attributeValue, color: 'var(--code-value)' },
  { tag: [tags.comment, tags.processingInstruction, tags.documentMeta], color: 'var(--code-comment)' },
  { tag: tags.angleBracket, color: 'var(--code-comment)' },
  { tag: tags.invalid, color: 'var(--code-invalid)', textDecoration: 'underline wavy' },
]);

const frame = EditorView.theme({
  '&': { backgroundColor: 'var(--app-surface)', color: 'var(--mantine-color-text)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--app-focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--code-gutter)',
    color: 'var(--mantine-color-dimmed)',
    borderRight: '1px solid var(--app-border)',
  },
  '.cm-activeLine': { backgroundColor: 'var(--code-active-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--code-active-line)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-selection)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--app-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--app-border)',
    borderRadius: 'var(--mantine-radius-sm)',
    boxShadow: 'var(--mantine-shadow-md)',
    maxWidth: 'min(32rem, 90vw)',
  },
  '.cm-tooltip-hover': { padding: '6px 10px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--mantine-color-blue-filled)',
    color: '#fff',
  },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 10px', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--code-invalid)' },
  '.cm-panel input, .cm-panel button': { minHeight: '24px' },
  '.cm-panels': { backgroundColor: 'var(--code-gutter)', color: 'var(--mantine-color-text)' },
  '.cm-problem-line': { backgroundColor: 'var(--code-problem-line)' },
  '&.cm-merge-b .cm-changedLine, .cm-changedLine': { backgroundColor: 'var(--code-changed-line)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--code-deleted-line)' },
  '&.cm-merge-b .cm-changedText, .cm-changedText': { background: 'var(--code-changed-text)' },
  '&.cm-merge-a .cm-changedText, & .cm-deletedChunk .cm-deletedText': {
    background: 'var(--code-deleted-text)',
  },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯"' },
  '.cm-collapsedLines': {
    background: 'var(--code-gutter)',
    color: 'var(--mantine-color-dimmed)',
    borderBlock: '1px solid var(--app-border)',
  },
});

/** How text looks in every editor and difference. */
export function codeTheme(): Extension {
  mountCodeStyles();
  return [EditorView.cspNonce.of(cspNonce()), frame, syntaxHighlighting(colours)];
}
