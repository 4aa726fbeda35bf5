/**
 * Text and values of unknown origin (file names, chunk ids, keys of files, values of a configuration) as messages show
 * them: nothing moves the cursor, breaks the line or hides a character, and the length is bounded.
 */

/**
 * `text` with every control and format character written as an escape (`\n`, `\x1b`, `\u202e`), and not longer than
 * `limit` characters, the last of which then is `…`.
 */
export function printable(text: string, limit = 200): string {
  // What is cut off later need not be looked at: an escape is never shorter than what it stands for.
  const short = text.length > limit ? `${text.slice(0, limit)}…` : text;
  const shown = short.replace(unprintable, escaped);
  if (shown.length <= limit) return shown;
  return `${shown.slice(0, Math.max(0, limit - 1)).replace(brokenEnd, '')}…`;
}

/**
 * A value as a message shows it: texts in quotes, numbers as they are (`NaN`, `Infinity`), arrays and objects by their first
 * members, whatever they hold and refer to; not longer than `limit` characters.
 */
export function shownValue(value: unknown, limit = 200): string {
  return printable(written(value, 0, { left: limit }), limit);
}

// --- internal ---

/** Control, format, private, unassigned characters, halves of pairs, separators of lines. */
const unprintable = /\p{C}|\p{Zl}|\p{Zp}/gu;

/** Half a surrogate pair, or an escape that was cut. */
const brokenEnd = /[\ud800-\udbff]$|\\(x[0-9a-f]?|u[0-9a-f]{0,3}|u\{[0-9a-f]*)?$/;

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  // The joiner and the variation selector of emoji and scripts are what people write.
  if (character === '\u200d' || character === '\u200c') return character;
  if (named[character]) return named[character];
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** `room` counts down over all members, so that a value is never walked further than it is shown. */
function written(value: unknown, depth: number, room: { left: number }): string {
  if (typeof value === 'string') {
    const short = value.length > room.left ? `${value.slice(0, Math.max(0, room.left))}…` : value;
    room.left -= short.length + 2;
    return JSON.stringify(short);
  }
  room.left -= 4;
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (depth === 4) return Array.isArray(value) ? '[…]' : '{…}';
  const parts: string[] = [];
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = value as ArrayLike<unknown>;
    for (let i = 0; i < items.length; i++) {
      if (room.left <= 0) {
        parts.push('…');
        break;
      }
      parts.push(written(items[i], depth + 1, room));
    }
    return `[${parts.join(',')}]`;
  }
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    if (room.left <= 0) {
      parts.push('…');
      break;
    }
    const name = written(key, depth + 1, room);
    parts.push(`${name}:${written((value as Record<string, unknown>)[key], depth + 1, room)}`);
  }
  return `{${parts.join(',')}}`;
}
