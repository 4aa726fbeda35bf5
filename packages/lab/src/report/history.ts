/** `metrics.jsonl` as reports read it: what is broken is named, the rest is shown. */
import fs from 'node:fs';
import path from 'node:path';
import { isTree } from '../common/tree.ts';
import type { TrainingEvent } from '../runs/events.ts';

/** The whole lines of a history, and sentences on the others. A last line without an end is still being written. */
export function readHistory(file: string): { events: TrainingEvent[]; notes: string[] } {
  if (!fs.existsSync(file)) return { events: [], notes: [] };
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const torn = lines.pop();
  const events: TrainingEvent[] = [];
  const broken: number[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const event = eventOf(line);
    if (event) events.push(event);
    else broken.push(i + 1);
  }
  const last = torn && eventOf(torn);
  if (last) events.push(last);
  if (broken.length === 0) return { events, notes: [] };
  const which = `${broken.slice(0, 5).join(', ')}${broken.length > 5 ? ', …' : ''}`;
  const what = broken.length === 1 ? `line ${which} is` : `${broken.length} lines (${which}) are`;
  return { events, notes: [`${path.basename(file)}: ${what} no event of a training and left out.`] };
}

// --- internal ---

/** An event with the parts that reports rely on; undefined for anything else. */
function eventOf(line: string): TrainingEvent | undefined {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isTree(found) || typeof found.event !== 'string') return undefined;
  const { event, epoch, train, best } = found;
  const areMetrics = [train, found.valid, found.penalties].every(
    (part) => part === undefined || isMetrics(part),
  );
  if (event === 'epoch' && !(Number.isInteger(epoch) && isTree(train) && areMetrics)) return undefined;
  if (event === 'done') {
    const splits = isTree(best) ? [best.train, best.valid, best.test] : [];
    if (splits.length === 0 || !splits.every((part) => part === undefined || isMetrics(part)))
      return undefined;
  }
  return found as unknown as TrainingEvent;
}

/** Numbers by name; null stands for a number that is none. */
function isMetrics(value: unknown): boolean {
  return isTree(value) && Object.values(value).every((one) => one === null || typeof one === 'number');
}
