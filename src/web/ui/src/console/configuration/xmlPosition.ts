import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';

export type XmlPosition =
  /** Where an element's name is written; `from` is behind the `<` or `</`. */
  | { at: 'element'; parents: string[]; from: number; closing: boolean }
  /** Where the name of an attribute of the last of `path` is written. */
  | ({ at: 'attribute'; from: number } & Within)
  /** Between the quotes of an attribute. */
  | ({ at: 'value'; attribute: string; from: number; to: number } & Within)
  /** In the text between elements. */
  | { at: 'content'; parents: string[]; from: number };

interface Within {
  /** Names of the elements from the root to the one whose tag it is. */
  path: string[];
  attributes: Map<string, string>;
  parentAttributes: Map<string, string>;
}

const silent = new Set(['Comment', 'ProcessingInst', 'DoctypeDecl', 'Cdata']);
const longestTag = 4000;

function isSilent(state: EditorState, at: number): boolean {
  for (let node: SyntaxNode | null = syntaxTree(state).resolveInner(at, -1); node; node = node.parent) {
    if (silent.has(node.name)) return true;
  }
  return false;
}

function textOf(state: EditorState, node: SyntaxNode): string {
  return state.sliceDoc(node.from, node.to);
}

/** Open tags of the elements around `at`, the root's first. */
function tagsAround(state: EditorState, at: number): SyntaxNode[] {
  const tags: SyntaxNode[] = [];
  for (let node: SyntaxNode | null = syntaxTree(state).resolveInner(at, -1); node; node = node.parent) {
    const tag = node.name === 'Element' && node.from < at && node.to > at ? node.firstChild : null;
    if (tag?.name === 'OpenTag' && tag.to <= at) tags.unshift(tag);
  }
  return tags;
}

function namesOf(state: EditorState, tags: readonly SyntaxNode[]): string[] {
  return tags.map((tag) => {
    const name = tag.getChild('TagName');
    return name ? textOf(state, name) : '';
  });
}

const attributePattern = /([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

function attributesIn(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(attributePattern)].map((match) => [match[1] ?? '', match[2] ?? match[3] ?? '']),
  );
}

/** From `<` to the cursor, where that is inside a tag: a tag that is being written need not be right yet. */
function tagBefore(state: EditorState, at: number): { from: number; text: string } | null {
  const before = state.sliceDoc(Math.max(0, at - longestTag), at);
  const start = before.lastIndexOf('<');
  if (start < 0) return null;
  const text = before.slice(start);
  return /^<(?:[^>"']|"[^"]*"|'[^']*')*(?:"[^"]*|'[^']*)?$/.test(text)
    ? { from: at - text.length, text }
    : null;
}

/** What is written at `at`; null inside comments and instructions. */
export function xmlPosition(state: EditorState, at: number): XmlPosition | null {
  if (isSilent(state, at)) return null;
  const tag = tagBefore(state, at);
  const around = tagsAround(state, tag?.from ?? at);
  const parents = namesOf(state, around);
  if (!tag) return { at: 'content', parents, from: at };

  const name = /^<(\/?)([\w.:-]*)/.exec(tag.text);
  if (!name) return null;
  const closing = name[1] === '/';
  if (name[0].length === tag.text.length) {
    return { at: 'element', parents, from: tag.from + (closing ? 2 : 1), closing };
  }
  if (closing || !/^\s/.test(tag.text.slice(name[0].length))) return null;

  const rest = /^[^<>]*/.exec(state.sliceDoc(at, at + longestTag))?.[0] ?? '';
  const parent = around.at(-1);
  const within: Within = {
    path: [...parents, name[2] ?? ''],
    attributes: attributesIn(tag.text + rest),
    parentAttributes: attributesIn(parent ? textOf(state, parent) : ''),
  };
  const value = /([\w.:-]+)\s*=\s*("[^"]*|'[^']*)$/.exec(tag.text);
  if (value?.[2] !== undefined) {
    const quote = value[2].charAt(0);
    const end = rest.indexOf(quote);
    const sameLine = end >= 0 && !rest.slice(0, end).includes('\n') && !rest.slice(0, end).includes('=');
    return {
      at: 'value',
      attribute: value[1] ?? '',
      from: at - value[2].length + 1,
      to: sameLine ? at + end : at,
      ...within,
    };
  }
  const word = /[\w.:-]*$/.exec(tag.text)?.[0] ?? '';
  return { at: 'attribute', from: at - word.length, ...within };
}
