/** `observations/NAME.jsonl` of a run, line by line. */
import fs from 'node:fs';
import path from 'node:path';
import { isTree } from '../common/tree.ts';
import { runPaths } from '../runs/run-directory.ts';

/** What an observer said of single units. */
export interface UnitObservation {
  observer: string;
  epoch: number;
  step: number;
  units: Record<string, number[]>;
}

/** All of a run, by observer and then in order; a line that a kill tore off is left out. */
export function unitObservations(directory: string): UnitObservation[] {
  const folder = runPaths(directory).observations;
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  return files
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) =>
      fs
        .readFileSync(path.join(folder, name), 'utf8')
        .split('\n')
        .flatMap((line) => observationOf(path.basename(name, '.jsonl'), line)),
    );
}

// --- internal ---

function observationOf(observer: string, line: string): UnitObservation[] {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return [];
  }
  if (!isTree(found)) return [];
  const { epoch, step, ...units } = found;
  if (typeof epoch !== 'number' || typeof step !== 'number') return [];
  const lists = Object.entries(units).filter((entry): entry is [string, number[]] => Array.isArray(entry[1]));
  return [{ observer, epoch, step, units: Object.fromEntries(lists) }];
}
