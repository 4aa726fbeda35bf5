/**
 * The filter of the table: parts with blanks between them, which all have to hold. `/pattern/` is a regular expression and anything else
 * a text, looked for in name, path and method; `key=value`, `key!=value`, `key<value`, `key>value` and so on compare one cell. Nothing is
 * evaluated.
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

/** A pattern or a value in quotes may hold blanks. */
const partsOf = (text: string): string[] => text.match(/\/(?:\\.|[^/\\])+\/[a-z]*|[^\s"]*"[^"]*"|\S+/g) ?? [];

function testOf(part: string): Keeps {
  const pattern = /^\/(.+)\/([a-z]*)$/s.exec(part);
  if (pattern) {
    const [, source, flags] = pattern;
    const regex = compiled(source, flags);
    return (row) => textsOf(row).some((one) => regex.test(one));
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
  try {
    return new RegExp(source, flags.replaceAll('g', '') || 'i');
  } catch (error) {
    throw new Error(`/${source}/ is no pattern: ${(error as Error).message.split(': ').at(-1)}`);
  }
}

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
