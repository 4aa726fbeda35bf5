/** Whether a path holds a table, and of what: what tells the tasks on one's own tables apart, by names alone. */
import fs from 'node:fs';
import { isKnownName, knownAs, saysTime } from '../../data/tables/names.ts';

/**
 * How sure a path is data of a task: 3 for a table whose first line has the task's own names of columns (a label; or a time and values
 * without a label), 2 for another table, or a folder of classes, 0 for anything else.
 */
export function claimTable(path: string, of: 'label' | 'series'): number {
  const isTable = (name: string): boolean => /\.(csv|tsv|jsonl|ndjson|parquet)(\.gz)?$/i.test(name);
  if (/\.tsf(\.gz)?$/i.test(path)) return of === 'series' ? 3 : 0;
  if (!fs.statSync(path).isDirectory()) return isTable(path) ? claimOfNames(tableHead(path), of) : 0;
  const names = fs.readdirSync(path, { recursive: true }) as string[];
  if (names.some(isTable)) return of === 'label' ? 2 : 1;
  return of === 'label' && isClassFolder(names) ? 3 : 0;
}

/** The words of the first line of a table that is no title, which are the names of columns where it has such. */
export function tableHead(path: string): string[] {
  if (/\.(gz|parquet)$/i.test(path)) return [];
  const bytes = Buffer.alloc(headBytes);
  const handle = fs.openSync(path, 'r');
  try {
    const lines = bytes.toString('utf8', 0, fs.readSync(handle, bytes)).split(/\r?\n/, 20);
    const line = lines.find((one) => !isAbove(one)) ?? lines[0];
    if (line.startsWith('{')) return Array.from(line.matchAll(/"([^"\\]*)"\s*:/g), ([, name]) => name);
    return line
      .replace(/^\uFEFF/, '')
      .split(delimiters)
      .map((name) => name.trim().replace(/^["']|["']$/g, ''));
  } finally {
    fs.closeSync(handle);
  }
}

// --- internal ---

/** What is read of a file to find its names. */
const headBytes = 1 << 16;
const delimiters = /[,;\t|]/;

/** Whether a line stands above a table: blank, a comment, or a title with at most half of its cells filled and no name that is known. */
function isAbove(line: string): boolean {
  const cells = line.split(delimiters).map((cell) => cell.trim());
  const filled = cells.filter((cell) => cell !== '');
  if (filled.length === 0 || /^#\s/.test(line)) return true;
  return (filled.length < 2 || 2 * filled.length <= cells.length) && !filled.some(isKnownName);
}

function claimOfNames(names: readonly string[], of: 'label' | 'series'): number {
  const has = (role: Parameters<typeof knownAs>[0]) =>
    names.some((name) => knownAs(role, name) !== undefined);
  const isTimed = has('time') || (!has('label') && names.some(saysTime));
  const isSeries = isTimed && !has('text') && !(has('id') && has('label') && !has('target'));
  if (of === 'series') return isSeries ? 3 : 1;
  return isSeries ? 1 : has('label') ? 3 : 2;
}

/** `neg/1.txt` and `pos/1.txt`, with splits around or without; or files that differ in what they end in. */
function isClassFolder(paths: readonly string[]): boolean {
  const texts = paths.filter((name) => /\.(txt|text)(\.gz)?$/i.test(name) && name.includes('/'));
  const folders = new Set(texts.map((name) => name.split('/').at(-2)));
  const alone = paths.some((name) => /\.(txt|text|md|tokens)(\.gz)?$/i.test(name) && !name.includes('/'));
  return folders.size > 1 && !alone;
}
