/** What a row of the table says of a run's history, kept up line by line. */

import { type FiguresEvent, figuresOf } from '../files/event-figures.ts';
import { LineTemplate } from '../files/line-template.ts';
import type { Figures, RunState } from '../shared/api.ts';

/** Kinds of lines that are known at a time. */
const mostTemplates = 16;
/** The lines of one run are those of the next: what was found out of one kind holds for all. */
const known: KnownLine[] = [];
const newline = 10;

export class Summary {
  best: Figures = {};
  bestEpoch: number | undefined;
  last: Figures = {};
  epoch = 0;
  seconds = 0;
  /** by its last event */
  ended: 'finished' | 'interrupted' | undefined;
  /** the first epoch with a figure that is no number */
  infiniteAt: number | undefined;
  /** lines that are no events */
  broken = 0;

  /** Takes lines over in their order; gives the events among them. */
  add(lines: readonly string[]): FiguresEvent[] {
    const events: FiguresEvent[] = [];
    for (const line of lines) {
      const event = figuresOf(line);
      if (event) {
        this.#take(event);
        events.push(event);
      } else if (line.trim() !== '') this.broken++;
    }
    return events;
  }

  /** Takes whole lines over as `add` does, many times faster where they are like one before, and gives nothing of them. */
  read(bytes: Buffer): void {
    const held = new Map<KnownLine, Float64Array>();
    for (let at = 0; at < bytes.length; ) {
      const next = this.#readKnown(bytes, at, held);
      if (next > at) {
        at = next;
        continue;
      }
      this.#release(held);
      const found = bytes.indexOf(newline, at);
      const end = found < 0 ? bytes.length : found;
      const line = bytes.subarray(at, end);
      if (this.add([line.toString()]).length > 0) remember(line);
      at = end + 1;
    }
    this.#release(held);
  }

  /** The state, where nobody writes the run. */
  get rest(): RunState {
    return this.ended ?? (this.epoch === 0 ? 'waiting' : 'stopped');
  }

  // --- internal ---

  /** A line like one before it; gives the place behind it, or -1. What is the last figure of a column is only known at the end: `held`. */
  #readKnown(bytes: Buffer, at: number, held: Map<KnownLine, Float64Array>): number {
    for (const one of known) {
      const { template, isWanted, values, epochPlace, secondsPlace } = one;
      const next = template.read(bytes, at, isWanted, values);
      if (next < 0) continue;
      const kept = held.get(one) ?? new Float64Array(values.length);
      kept.set(values);
      // Behind those of other kinds, whose figures are older.
      if (held.size > 1) held.delete(one);
      held.set(one, kept);
      if (secondsPlace >= 0 && Number.isFinite(values[secondsPlace])) this.seconds = values[secondsPlace];
      if (template.event === 'observe') return next;
      const epoch = values[epochPlace];
      this.ended = undefined;
      this.epoch = epoch;
      if (this.infiniteAt === undefined && values.includes(Number.POSITIVE_INFINITY)) this.infiniteAt = epoch;
      if (values[template.columns.length] === 1 || this.bestEpoch === undefined) {
        this.best = figuresIn(one, values);
        this.bestEpoch = epoch;
      }
      return next;
    }
    return -1;
  }

  #release(held: Map<KnownLine, Float64Array>): void {
    for (const [one, values] of held) this.last = { ...this.last, ...figuresIn(one, values) };
    held.clear();
  }

  #take(event: FiguresEvent): void {
    if (event.seconds !== undefined) this.seconds = event.seconds;
    if (event.event === 'epoch') {
      this.ended = undefined;
      this.epoch = event.epoch;
      const { epoch: _, ...figures } = Object.fromEntries(event.figures);
      this.last = { ...this.last, ...figures };
      if (this.infiniteAt === undefined && Object.values(figures).includes(null)) {
        this.infiniteAt = event.epoch;
      }
      if (event.best || this.bestEpoch === undefined) {
        this.best = figures;
        this.bestEpoch = event.epoch;
      }
    }
    if (event.event === 'observe') {
      const { epoch: _, step: __, ...figures } = Object.fromEntries(event.figures);
      this.last = { ...this.last, ...figures };
    }
    if (event.event === 'start') this.ended = undefined;
    if (event.event === 'interrupted') this.ended = 'interrupted';
    if (event.event === 'done') {
      this.ended = 'finished';
      this.epoch = event.epoch;
      if (event.chosen) {
        // Its other figures (step rate, gradients) stay those of the same epoch.
        const ofEpoch = event.chosen.epoch === this.bestEpoch ? this.best : {};
        this.best = { ...ofEpoch, ...event.chosen.figures };
        this.bestEpoch = event.chosen.epoch;
      }
    }
  }
}

// --- internal ---

interface KnownLine {
  template: LineTemplate;
  isWanted: readonly boolean[];
  /** of its columns, and whether it is the best */
  values: Float64Array;
  epochPlace: number;
  secondsPlace: number;
}

function remember(line: Buffer): void {
  const template = LineTemplate.of(line);
  if (!template) return;
  const { columns } = template;
  known.unshift({
    ...{ template, isWanted: columns.map(() => true), values: new Float64Array(columns.length + 1) },
    ...{ epochPlace: columns.indexOf('epoch'), secondsPlace: columns.indexOf('seconds') },
  });
  known.length = Math.min(mostTemplates, known.length);
}

/** The figures of a line: an epoch without its number, what was observed without that of its step. */
function figuresIn({ template: { columns, event } }: KnownLine, values: Float64Array): Figures {
  const figures: Figures = {};
  for (const [i, name] of columns.entries()) {
    if (name === 'epoch' || (name === 'step' && event === 'observe')) continue;
    figures[name] = Number.isFinite(values[i]) ? values[i] : null;
  }
  return figures;
}
