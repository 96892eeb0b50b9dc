import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useSession } from '@/app/session';
import { configurationFile, configurationVersion } from './configurationQueries';
import { type Draft, type Edits, isEmpty, loadDraft, rebase, saveDraft, type Texts, withEdit } from './draft';

const noEdits: Edits = {};

/**
 * The edits of whoever is logged in, kept in this browser until they are applied or given up. `active` is the number of
 * the active version; edits of another one are `outdated` until they are carried over.
 */
export function useDraft(active: number) {
  const { login } = useSession().user;
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => loadDraft(login) ?? { base: active, edits: noEdits });
  const [kept, setKept] = useState(true);
  const [conflicts, setConflicts] = useState<string[]>([]);
  const current = isEmpty(draft.edits) ? { base: active, edits: noEdits } : draft;

  useEffect(() => {
    setKept(saveDraft(login, draft));
  }, [login, draft]);

  const edit = useCallback(
    (name: string, text: string | null, inVersion: string | null) => {
      setDraft((before) => ({
        base: isEmpty(before.edits) ? active : before.base,
        edits: withEdit(before.edits, name, text, inVersion),
      }));
      setConflicts((before) => (text === inVersion ? before.filter((each) => each !== name) : before));
    },
    [active],
  );

  const discard = useCallback(() => {
    setDraft({ base: active, edits: noEdits });
    setConflicts([]);
  }, [active]);

  const textsOf = async (version: number, names: string[]): Promise<Texts> => {
    const { files } = await queries.fetchQuery(configurationVersion(version));
    const there = new Set(files.map((file) => file.name));
    const texts = names.map(async (name): Promise<[string, string | null]> => {
      return [name, there.has(name) ? await queries.fetchQuery(configurationFile(version, name)) : null];
    });
    return Object.fromEntries(await Promise.all(texts));
  };

  /** Puts the edits on the active version. */
  const carryOver = async () => {
    const names = Object.keys(draft.edits);
    const [base, newer] = await Promise.all([textsOf(draft.base, names), textsOf(active, names)]);
    const rebased = rebase(base, newer, draft.edits);
    setDraft({ base: active, edits: rebased.edits });
    setConflicts(rebased.conflicts);
  };

  return {
    base: current.base,
    edits: current.edits,
    outdated: current.base !== active,
    /** Files whose text stands against a newer one of somebody else. */
    conflicts,
    /** Whether a reload finds the draft again. */
    kept,
    edit,
    discard,
    carryOver,
    settleConflict: (name: string) => {
      setConflicts((before) => before.filter((each) => each !== name));
    },
  };
}

export type DraftState = ReturnType<typeof useDraft>;
