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

function ancestor(node: SyntaxNode | null, names: readonly string[]): SyntaxNode | null {
  for (let at = node; at; at = at.parent) if (names.includes(at.name)) return at;
  return null;
}

function textOf(state: EditorState, node: SyntaxNode): string {
  return state.sliceDoc(node.from, node.to);
}

function nameOf(state: EditorState, element: SyntaxNode | null): string | null {
  const name = element?.firstChild?.getChild('TagName');
  return name ? textOf(state, name) : null;
}

function pathTo(state: EditorState, node: SyntaxNode | null): string[] {
  const path: string[] = [];
  for (let at = node; at; at = at.parent) {
    const name = at.name === 'Element' ? nameOf(state, at) : null;
    if (name !== null) path.unshift(name);
  }
  return path;
}

function attributesOf(state: EditorState, tag: SyntaxNode | null): Map<string, string> {
  const found = new Map<string, string>();
  for (const attribute of tag?.getChildren('Attribute') ?? []) {
    const name = attribute.getChild('AttributeName');
    const value = attribute.getChild('AttributeValue');
    if (name) found.set(textOf(state, name), value ? textOf(state, value).slice(1, -1) : '');
  }
  return found;
}

const tags = ['OpenTag', 'SelfClosingTag', 'CloseTag', 'MismatchedCloseTag'];
const silent = ['Comment', 'ProcessingInst', 'DoctypeDecl', 'Cdata'];

function isClosed(text: string): boolean {
  return text.length > 1 && text.endsWith(text.charAt(0));
}

/** What is written at `at`; null inside comments and instructions. */
export function xmlPosition(state: EditorState, at: number): XmlPosition | null {
  const node = syntaxTree(state).resolveInner(at, -1);
  if (ancestor(node, silent)) return null;
  const tag = ancestor(node, tags);
  const element = ancestor(node, ['Element']);
  const path = pathTo(state, element);
  if (!tag || at === tag.from || node.name === 'EndTag' || node.name === 'SelfCloseEndTag') {
    return { at: 'content', parents: path, from: at };
  }

  const before = state.sliceDoc(tag.from, at);
  if (/^<\/?[\w.:-]*$/.test(before)) {
    const closing = before.startsWith('</');
    const hasName = nameOf(state, element) !== null;
    return {
      at: 'element',
      parents: closing || !hasName ? path : path.slice(0, -1),
      from: tag.from + (closing ? 2 : 1),
      closing,
    };
  }
  if (tag.name !== 'OpenTag' && tag.name !== 'SelfClosingTag') return null;

  const parent = element ? ancestor(element.parent, ['Element']) : null;
  const within: Within = {
    path,
    attributes: attributesOf(state, tag),
    parentAttributes: attributesOf(state, parent?.firstChild ?? null),
  };
  const value = ancestor(node, ['AttributeValue']);
  if (value && at > value.from) {
    const name = value.parent?.getChild('AttributeName');
    if (!name) return null;
    const to = isClosed(textOf(state, value)) ? value.to - 1 : at;
    return at > to
      ? null
      : { at: 'value', attribute: textOf(state, name), from: value.from + 1, to, ...within };
  }
  const word = /[\w.:-]*$/.exec(before)?.[0] ?? '';
  return { at: 'attribute', from: at - word.length, ...within };
}
