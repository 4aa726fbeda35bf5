/** The names of run directories that nobody named: `runs/<dataset>-<method>-<seed>`, numbered where taken. */
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../training/config.ts';

/** A directory that does not exist yet. */
export function defaultRun(config: Config): string {
  // `fast:input=.1+standard:output=.2` is the method fast+standard
  const method = config.model.dropout
    .split('+')
    .map((part) => part.split(':')[0])
    .join('+');
  const dataset = path.basename(path.resolve(config.dataset));
  return freeRun(`${plain(dataset)}-${plain(method)}-${config.seed}`);
}

/** `runs/NAME`, or `runs/NAME.2`, `runs/NAME.3`, … where that exists. */
export function freeRun(name: string): string {
  return freeRuns([name])[0];
}

/** Directories for runs that belong together: all get the same number, the first that is free for each. */
export function freeRuns(names: readonly string[]): string[] {
  for (let number = 1; ; number++) {
    const runs = names.map((name) => path.join('runs', number === 1 ? name : `${name}.${number}`));
    if (!runs.some((run) => fs.existsSync(run))) return runs;
  }
}

// --- internal ---

/** Without blanks and characters that some file system or shell minds; letters of any script stay. */
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}_+.-]+/gu, '-').replace(/^[-.]+|-+$/g, '') || 'data';
}
