import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  snippetCompletion,
  startCompletion,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { EditorView, hoverTooltip } from '@codemirror/view';
import type { Schemas } from '@/shared/api/client';
import { type XmlPosition, xmlPosition } from './xmlPosition';

type Element = Schemas['ElementHint'];
type Attribute = Element['attributes'][number];

/** What a file may say, and the names its draft declares. */
export interface Hints {
  grammar: Schemas['ConfigurationHints'];
  names: Schemas['ConfigurationNames'] | null;
}

/** What the last of `path` is; of elements of one name the one whose parent fits. */
export function elementAt(hints: Hints, path: readonly string[]): Element | null {
  const name = path.at(-1);
  const parent = path.at(-2);
  const named = hints.grammar.elements.filter((element) => element.name === name);
  return (
    named.find((element) =>
      parent === undefined ? element.parents.length === 0 : element.parents.includes(parent),
    ) ??
    named[0] ??
    null
  );
}

function attributeText(attribute: Attribute, place: number): string {
  return `${attribute.name}="\${${place}:${attribute.default ?? ''}}"`;
}

function elementCompletion(hints: Hints, parents: readonly string[], name: string): Completion {
  const element = elementAt(hints, [...parents, name]);
  const required = element?.attributes.filter((attribute) => attribute.required) ?? [];
  const attributes = required.map((attribute, index) => ` ${attributeText(attribute, index + 1)}`).join('');
  const body = element && element.children.length > 0 ? `>\${}</${name}>` : '/>';
  return snippetCompletion(`${name}${attributes}${body}`, {
    label: name,
    type: 'type',
    info: element?.documentation ?? '',
  });
}

function elementOptions(hints: Hints, parents: readonly string[], closing: boolean): Completion[] {
  if (closing) {
    const open = parents.at(-1);
    return open === undefined ? [] : [{ label: `${open}>`, type: 'type' }];
  }
  if (parents.length === 0) {
    return hints.grammar.root === null ? [] : [elementCompletion(hints, parents, hints.grammar.root)];
  }
  const children = elementAt(hints, parents)?.children ?? [];
  return children.map((child) => elementCompletion(hints, parents, child.name));
}

function described(attribute: Attribute): string {
  const notes = [
    attribute.documentation,
    attribute.values.length > 0 ? `one of: ${attribute.values.join(', ')}` : '',
    attribute.required ? 'required' : '',
    attribute.default === null ? '' : `default: ${attribute.default}`,
  ];
  return notes.filter((note) => note !== '').join('\n');
}

function attributeOptions(
  hints: Hints,
  path: readonly string[],
  used: ReadonlyMap<string, string>,
): Completion[] {
  const attributes = elementAt(hints, path)?.attributes ?? [];
  return attributes
    .filter((attribute) => !used.has(attribute.name))
    .map((attribute) => ({
      label: attribute.name,
      type: 'property',
      detail: attribute.required ? 'required' : '',
      boost: attribute.required ? 1 : 0,
      info: described(attribute),
      apply(view: EditorView, _: Completion, from: number, to: number) {
        const text = `${attribute.name}=""`;
        view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length - 1 } });
        startCompletion(view);
      },
    }));
}

function plain(values: readonly string[], info?: (value: string) => string): Completion[] {
  return values.map((label) => ({ label, type: 'enum', ...(info ? { info: info(label) } : {}) }));
}

type ValuePosition = Extract<XmlPosition, { at: 'value' }>;

function handlerOptions(hints: Hints, at: ValuePosition): Completion[] {
  const { handlers, settings } = hints.grammar;
  const element = at.path.at(-1);
  if (element === 'handler' && at.attribute === 'class') {
    return handlers.map((handler) => ({ label: handler.class, type: 'class', info: handler.summary }));
  }
  if (element === 'parameter') {
    const handler = handlers.find((each) => each.class === at.parentAttributes.get('class'));
    if (at.attribute === 'name') {
      return (handler?.parameters ?? []).map((each) => ({
        label: each.name,
        type: 'property',
        info: each.help,
      }));
    }
    return plain(hints.names?.files ?? []);
  }
  if (element === 'setting' && at.attribute === 'name') {
    return settings
      .filter((setting) => setting.editable)
      .map((setting) => ({
        label: setting.name,
        type: 'property',
        detail: setting.kind,
        info: setting.help,
      }));
  }
  if (element === 'setting') {
    const setting = settings.find((each) => each.name === at.attributes.get('name'));
    return plain(setting?.values ?? []);
  }
  return [];
}

function declaredNames(hints: Hints, attribute: string): string[] {
  const { names } = hints;
  if (!names) return [];
  const byAttribute: Record<string, string[]> = {
    meter: names.meters.map((meter) => meter.name),
    plan: names.plans,
    charge: names.charges,
    of: names.charges,
    strategy: names.strategies,
    'billed-by': names.engines,
    'legal-entity': names.legal_entities,
    library: names.libraries,
    fact: names.population_facts,
    dimensions: [...new Set(names.meters.flatMap((meter) => meter.dimensions))],
  };
  return byAttribute[attribute] ?? [];
}

function valueOptions(hints: Hints, at: ValuePosition): Completion[] {
  const special = handlerOptions(hints, at);
  if (special.length > 0) return special;
  const attribute = elementAt(hints, at.path)?.attributes.find((each) => each.name === at.attribute);
  const allowed = attribute?.values ?? [];
  if (allowed.length > 0) return plain(allowed);
  if (at.attribute === 'model') return plain(hints.grammar.charge_models);
  return plain(declaredNames(hints, at.attribute));
}

function factOptions(hints: Hints): Completion[] {
  const facts = hints.grammar.facts.map((fact) => ({
    label: fact.name,
    type: 'variable',
    detail: fact.type,
    info: fact.help,
  }));
  const outputs = hints.grammar.outputs.map((output) => ({
    label: output.name,
    type: 'property',
    info: output.help,
  }));
  return [...facts, ...outputs];
}

function result(from: number, options: Completion[], to?: number): CompletionResult | null {
  if (options.length === 0) return null;
  return { from, options, ...(to === undefined ? {} : { to }), validFor: /^[\w.:-]*$/ };
}

/** Completions of the file's own grammar at the cursor. */
export function xmlCompletion(hints: Hints): CompletionSource {
  return (context: CompletionContext) => {
    const at = xmlPosition(context.state, context.pos);
    switch (at?.at) {
      case 'element':
        return result(at.from, elementOptions(hints, at.parents, at.closing));
      case 'attribute':
        if (!context.explicit && at.from === context.pos) return null;
        return result(at.from, attributeOptions(hints, at.path, at.attributes));
      case 'value':
        return result(at.from, valueOptions(hints, at), at.to);
      case 'content': {
        const word = context.matchBefore(/[\w.-]+/);
        if (!word && !context.explicit) return null;
        return result(word?.from ?? context.pos, factOptions(hints));
      }
      default:
        return null;
    }
  };
}

function wordAt(text: string, at: number): { from: number; to: number } {
  let from = at;
  let to = at;
  while (from > 0 && /[\w.:-]/.test(text.charAt(from - 1))) --from;
  while (to < text.length && /[\w.:-]/.test(text.charAt(to))) ++to;
  return { from, to };
}

function explanation(hints: Hints, at: XmlPosition, word: string): string {
  switch (at.at) {
    case 'element':
      return elementAt(hints, [...at.parents, word])?.documentation ?? '';
    case 'attribute': {
      const attribute = elementAt(hints, at.path)?.attributes.find((each) => each.name === word);
      return attribute ? described(attribute) : '';
    }
    case 'value': {
      const option = valueOptions(hints, at).find((each) => each.label === word);
      return typeof option?.info === 'string' ? option.info : '';
    }
    case 'content':
      return hints.grammar.facts.find((fact) => fact.name === word)?.help ?? '';
  }
}

/** What an element, attribute or name under the pointer means. */
export function xmlHover(hints: Hints): Extension {
  return hoverTooltip((view, place) => {
    const line = view.state.doc.lineAt(place);
    const { from, to } = wordAt(line.text, place - line.from);
    if (from === to) return null;
    const at = xmlPosition(view.state, line.from + from + 1);
    const text = at ? explanation(hints, at, line.text.slice(from, to)) : '';
    if (text === '') return null;
    return {
      pos: line.from + from,
      end: line.from + to,
      create() {
        const dom = document.createElement('div');
        dom.className = 'cm-tooltip-hover-text';
        dom.textContent = text;
        return { dom };
      },
    };
  });
}
