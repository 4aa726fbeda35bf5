/** What a row of the table says of a run's history, kept up line by line. */

import { type FiguresEvent, figuresOf } from '../files/event-figures.ts';
import type { Figures, RunState } from '../shared/api.ts';

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

  /** The state, where nobody writes the run. */
  get rest(): RunState {
    return this.ended ?? (this.epoch === 0 ? 'waiting' : 'stopped');
  }

  // --- internal ---

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
        this.best = event.chosen.figures;
        this.bestEpoch = event.chosen.epoch;
      }
    }
  }
}
