/** A line of `metrics.jsonl` as figures by column. What has another form is no event; nothing in it is trusted. */
import { isTree, type Tree } from '@lethe/lab/internal';

/** An event with its figures: null is a number that is none. */
export interface FiguresEvent {
  event: string;
  epoch: number;
  figures: Map<string, number | null>;
  /** whether it was the best validation so far */
  best: boolean;
  /** of `done`: the best epoch's figures, as a row of a table has them */
  chosen?: { epoch: number; figures: Record<string, number | null> };
  seconds?: number;
}

/** Columns that one line may have: a line of any others is none of ours. */
const mostFigures = 500;

/** Figures of an epoch that stand in its event by themselves. */
const ofLastStep = ['stepRate', 'momentum', 'averaged'] as const;

/** Reads a line; undefined where it is no event. */
export function figuresOf(line: string): FiguresEvent | undefined {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isTree(found) || typeof found.event !== 'string') return undefined;
  const { event, epoch, step, seconds, best, epochs } = found;
  const figures = new Map<string, number | null>();
  const time = typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined;
  if (event === 'epoch' || event === 'observe') {
    if (typeof epoch !== 'number' || !Number.isFinite(epoch)) return undefined;
    figures.set('epoch', epoch);
    if (typeof step === 'number') figures.set('step', step);
    if (time !== undefined) figures.set('seconds', time);
    const parts =
      event === 'epoch'
        ? Object.entries(found).filter(([, part]) => isTree(part))
        : [[`observe.${String(found.name)}`, found.values] as const];
    for (const [name, part] of parts) addFigures(figures, name, part);
    for (const name of event === 'epoch' ? ofLastStep : []) {
      const value = found[name];
      if (typeof value === 'number') figures.set(name, value);
    }
    if (figures.size > mostFigures) return undefined;
    return { event, epoch, figures, best: best === true, seconds: time };
  }
  const last = typeof epochs === 'number' ? epochs : typeof epoch === 'number' ? epoch : 0;
  const chosen = event === 'done' && isTree(best) ? chosenOf(best) : undefined;
  return { event, epoch: last, figures, best: false, chosen, seconds: time };
}

// --- internal ---

function addFigures(figures: Map<string, number | null>, prefix: string, part: unknown): void {
  if (!isTree(part)) return;
  for (const [key, value] of Object.entries(part)) {
    if (value === null || typeof value === 'number') {
      figures.set(`${prefix}.${key}`, value !== null && Number.isFinite(value) ? value : null);
    }
  }
}

function chosenOf(best: Tree): { epoch: number; figures: Record<string, number | null> } {
  const figures = new Map<string, number | null>();
  for (const split of ['train', 'valid', 'test']) addFigures(figures, split, best[split]);
  return { epoch: typeof best.epoch === 'number' ? best.epoch : 0, figures: Object.fromEntries(figures) };
}
