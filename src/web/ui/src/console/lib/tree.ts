/** How many of those that are known are above one of a tree; `parents` has null for who has none. */
export function depthOf(name: string, parents: ReadonlyMap<string, string | null>): number {
  let depth = 0;
  let above = parents.get(name) ?? null;
  while (above !== null && parents.has(above) && depth < parents.size) {
    depth += 1;
    above = parents.get(above) ?? null;
  }
  return depth;
}

/** The same names as their trees stand: each with all that is below it, before the next. */
export function inTrees(names: readonly string[], parents: ReadonlyMap<string, string | null>): string[] {
  const known = new Set(names);
  const below = new Map<string | null, string[]>();
  for (const name of known) {
    const parent = parents.get(name) ?? null;
    const above = parent !== null && known.has(parent) ? parent : null;
    const siblings = below.get(above);
    if (siblings) siblings.push(name);
    else below.set(above, [name]);
  }
  const withBelow = (name: string): string[] => [name, ...(below.get(name) ?? []).flatMap(withBelow)];
  return (below.get(null) ?? []).flatMap(withBelow);
}
