const root = /<(?:[\w.-]+:)?definitions[\s>]/;

function rootAt(text: string): number {
  return Math.max(text.search(root), 0);
}

/** `written` by the editor of decision tables, with the declaration and comments in front of the root of `original`. */
export function withPrologue(original: string, written: string): string {
  const prologue = original.slice(0, rootAt(original));
  return prologue.trim() === '' ? written : prologue + written.slice(rootAt(written));
}

/** How many comments inside the model the editor of decision tables would lose. */
export function commentsInside(text: string): number {
  return text.slice(rootAt(text)).split('<!--').length - 1;
}
