/**
 * Finds a key that stands twice in one JSON object. JSON.parse silently keeps the last one, which would let
 * two readers of one file see different contents.
 */

/**
 * @param text valid JSON
 * @returns the first key that repeats within its object, or nothing
 */
export function duplicateKey(text: string): string | undefined {
  // One set per open object, null per open array.
  const open: (Set<string> | null)[] = [];
  // Strings as wholes, so that brackets and colons inside them are not seen.
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      // Parsed, for "a" and "\u0061" are one key.
      const key: string = JSON.parse(last);
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    } else last = token;
  }
  return undefined;
}
