/** Files of one's own: a text, or a folder of texts. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import type { CorpusFiles } from './corpus.ts';

/**
 * The files behind a path, or undefined where there is nothing. A folder is gone through in the order of names; where
 * base names say `train`, `valid` or `dev`, and `test`, they are the splits, else all files are one text.
 * @throws DataError for a folder without text files
 */
export function corpusFiles(name: string): CorpusFiles | undefined {
  const stat = fs.statSync(name, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isDirectory()) return { whole: [name] };
  const files = (fs.readdirSync(name, { recursive: true }) as string[])
    .filter((file) => /\.(txt|md|tokens)(\.gz)?$/.test(file))
    .sort()
    .map((file) => path.join(name, file));
  if (files.length === 0) {
    throw new DataError(`${name}: expected text files (.txt, .md, .tokens), found none`);
  }
  const splitOf = (file: string): string | undefined =>
    /(?:^|[^a-z])(train|valid|dev|test)(?:[^a-z]|$)/i.exec(path.basename(file))?.[1].toLowerCase();
  const named = (...splits: string[]): string[] =>
    files.filter((file) => splits.includes(splitOf(file) ?? ''));
  const splits = { train: named('train'), valid: named('valid', 'dev'), test: named('test') };
  return Object.values(splits).every((list) => list.length > 0) ? splits : { whole: files };
}
