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
