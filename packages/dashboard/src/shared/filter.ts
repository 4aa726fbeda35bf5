/**
 * The filter of the table: parts with blanks between them, which all have to hold. `/pattern/` is a regular expression and anything else
 * a text, looked for in path, state, task, data, method and cell; `key=value`, `key!=value`, `key<value`, `key>value` and so on compare one cell. Nothing is
 * evaluated. Patterns in an address and texts of runs come from anybody, and a pattern can take for ever: those that could are refused.
 */

import type { RunRow } from './api.ts';
import { cellOf } from './cells.ts';

export type Keeps = (row: RunRow) => boolean;

/** Reads a filter. Throws an Error with a sentence for a pattern that is none. */
export function filterOf(text: string): Keeps {
  const tests = partsOf(text).map(testOf);
  return (row) => tests.every((test) => test(row));
}

// --- internal ---

/** Characters that a pattern looks at. A repetition may try as many places, an alternative both of its sides: 20 such doublings are allowed. */
const [longestText, mostDoublings] = [100, 20];

/** A pattern or a value in quotes may hold blanks. */
const partsOf = (text: string): string[] => text.match(/\/(?:\\.|[^/\\])+\/[a-z]*|[^\s"]*"[^"]*"|\S+/g) ?? [];

function testOf(part: string): Keeps {
  const pattern = /^\/(.+)\/([a-z]*)$/s.exec(part);
  if (pattern) {
    const [, source, flags] = pattern;
    const regex = compiled(source, flags);
    return (row) => textsOf(row).some((one) => endsOf(one).some((end) => regex.test(end)));
  }
  const condition = /^([\w.-]+)(<=|>=|!=|=|<|>)(.*)$/s.exec(part);
  if (condition) {
    const [, key, sign, quoted] = condition;
    const value = quoted.replace(/^"(.*)"$/s, '$1');
    return (row) => compares(cellOf(row, key), sign, value);
  }
  const plain = part.replace(/^"(.*)"$/s, '$1').toLowerCase();
  return (row) => textsOf(row).some((one) => one.toLowerCase().includes(plain));
}

function compiled(source: string, flags: string): RegExp {
  const why = endless(source);
  if (why) throw new Error(`/${source.slice(0, 100)}/ could take for ever: ${why}`);
  try {
    return new RegExp(source, flags.replace(/[gyv]/g, '') || 'i');
  } catch (error) {
    throw new Error(`/${source}/ is no pattern: ${(error as Error).message.split(': ').at(-1)}`);
  }
}

/** Why a pattern may take a time that is no small power of the length of a text; undefined where it does not. */
function endless(source: string): string | undefined {
  // Classes and escapes are letters here, openings of groups are parentheses.
  const plain = source
    .replace(/\\[1-9]|\\k</g, '\u0001')
    .replace(/\\./gs, 'a')
    .replace(/\[[^\]]*\]/g, 'a')
    .replace(/\((?:\?(?:[:=!]|<[=!]|<\w+>))?/g, '(');
  if (plain.includes('\u0001')) return 'it refers back to a group';
  const repeats = plain.match(/[*+?]\??|\{\d+(?:,\d*)?\}\??/g) ?? [];
  const bars = plain.split('|').length - 1;
  if (repeats.length * Math.log2(longestText) + 2 * bars > mostDoublings)
    return 'it has too many of * + ? {} |';
  for (let rest = plain; ; ) {
    const [group, inside, repeat] = /\(([^()]*)\)([*+?{]?)/.exec(rest) ?? [];
    if (group === undefined) return undefined;
    if (repeat && /[*+?{|]/.test(inside)) return 'a group that is repeated has | or repetitions inside';
    // What is in a group counts for the groups around it.
    rest = rest.replace(group, () => inside.replace(/[^*+?{|]/g, '') + (repeat || 'a'));
  }
}

/** A text, or of a long one its beginning and its end. */
const endsOf = (text: string): string[] =>
  text.length <= longestText ? [text] : [text.slice(0, longestText), text.slice(-longestText)];

const textsOf = (row: RunRow): string[] => [
  ...[row.path, row.state, row.task],
  ...['dataset', 'model.dropout', 'model.cell'].map((key) => String(row.config[key] ?? '')),
];

function compares(cell: unknown, sign: string, value: string): boolean {
  if (cell === undefined) return sign === '!=';
  const [a, b] = [Number(cell), Number(value)];
  const areNumbers = typeof cell === 'number' && value.trim() !== '' && Number.isFinite(b);
  const text = cell === null ? 'none' : String(cell);
  if (sign === '=') return areNumbers ? a === b : text.toLowerCase() === value.toLowerCase();
  if (sign === '!=') return areNumbers ? a !== b : text.toLowerCase() !== value.toLowerCase();
  if (!areNumbers) return false;
  return sign === '<' ? a < b : sign === '>' ? a > b : sign === '<=' ? a <= b : a >= b;
}
