/** Strings, which stay as they are, and numbers. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * What JSON says, with each of its numbers as the text that stands there: no figure goes through binary floating point. For
 * facts that are stored as JSON numbers.
 */
export function parseExactly(json: string): unknown {
  return JSON.parse(json.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}
