/**
 * The names of run directories that nobody named: `runs/<dataset>-<method>-<seed>`, numbered where taken. Which of them is
 * free shows when one is made: another process may be as quick.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../runs/config.ts';
import { numberedNames } from '../runs/run-directory.ts';

/** The names for a run, in the order in which they are to be tried. */
export function defaultRun(config: Config): Iterable<string> {
  return numberedNames(path.join('runs', defaultRunName(config)));
}

/** `<dataset>-<method>-<seed>` */
export function defaultRunName(config: Config): string {
  // `fast:input=.1+standard:output=.2` is the method fast+standard
  const method = config.model.dropout
    .split('+')
    .map((part) => part.split(':')[0])
    .join('+');
  const dataset = path.basename(path.resolve(config.dataset));
  return `${plain(dataset)}-${plain(method)}-${config.seed}`;
}

/**
 * The names for runs that belong together, to be tried in order: the first have the same number for all, one that nobody
 * has yet. A run that loses its name to another process goes on to the next.
 */
export function freeRuns(names: readonly string[]): Iterable<string>[] {
  const directories = names.map((name) => path.join('runs', name));
  const isFree = (number: number): boolean =>
    !directories.some((run) => fs.existsSync(number === 1 ? run : `${run}.${number}`));
  let number = 1;
  while (!isFree(number)) number++;
  return directories.map((run) => numberedNames(run, number));
}

// --- internal ---

/** Without blanks and characters that some file system or shell minds; letters of any script stay. */
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}_+.-]+/gu, '-').replace(/^[-.]+|-+$/g, '') || 'data';
}
