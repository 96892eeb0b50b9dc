/** New texts by name of the file, null where it is left out. */
export type Edits = Readonly<Record<string, string | null>>;

export interface Draft {
  /** The version the edits were made on. */
  base: number;
  edits: Edits;
}

export type FileChange = 'added' | 'changed' | 'removed';

export function isEmpty(edits: Edits): boolean {
  return Object.keys(edits).length === 0;
}

/** `edits` with `name` saying `text` from now on; an edit that says what the version says (null: nothing) is none. */
export function withEdit(edits: Edits, name: string, text: string | null, inVersion: string | null): Edits {
  const others = Object.fromEntries(Object.entries(edits).filter(([each]) => each !== name));
  return inVersion === text ? others : { ...others, [name]: text };
}

export function changeOf(edits: Edits, name: string, isInVersion: boolean): FileChange | null {
  const text = edits[name];
  if (text === undefined) return null;
  if (text === null) return 'removed';
  return isInVersion ? 'changed' : 'added';
}

export type Texts = Readonly<Record<string, string | null>>;

export interface Rebased {
  edits: Edits;
  /** Files that both have changed, each otherwise. */
  conflicts: string[];
}

/** The edits made on `base` on top of `newer`, both with what they say of the edited files. In conflicts the draft's stays. */
export function rebase(base: Texts, newer: Texts, edits: Edits): Rebased {
  const conflicts: string[] = [];
  let next: Edits = {};
  for (const [name, text] of Object.entries(edits)) {
    const theirs = newer[name] ?? null;
    if (theirs !== (base[name] ?? null) && theirs !== text) conflicts.push(name);
    next = withEdit(next, name, text, theirs);
  }
  return { edits: next, conflicts };
}

const prefix = 'reckoner-configuration-draft ';

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { base, edits } = value as Record<string, unknown>;
  return typeof base === 'number' && typeof edits === 'object' && edits !== null;
}

/** The draft that a user left in this browser. */
export function loadDraft(login: string): Draft | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(prefix + login) ?? 'null');
    return isDraft(value) && !isEmpty(value.edits) ? value : null;
  } catch {
    return null;
  }
}

/** False where the browser keeps nothing: its storage is full or switched off. */
export function saveDraft(login: string, draft: Draft | null): boolean {
  try {
    if (draft === null || isEmpty(draft.edits)) localStorage.removeItem(prefix + login);
    else localStorage.setItem(prefix + login, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}
