/** What `start` shows while several runs train in turn: a line each every few seconds, on a terminal a live row each below. */
import type { EpochEvent, PlanEvent, Progress, TrainingEvent } from '../runs/events.ts';
import type { Output } from './output.ts';
import { bar, clock } from './progress.ts';
import { figure } from './training-report.ts';

interface ModelRow {
  /** the metric that people are shown */
  shown?: PlanEvent['shown'];
  progress?: Progress;
  last?: EpochEvent;
  valid?: EpochEvent;
  best?: EpochEvent;
  ended?: string;
  /** seconds left at the first step, for the bar */
  total?: number;
}

/** Follows several runs, by name. */
export class SideBySide {
  readonly #output: Output;
  readonly #names: readonly string[];
  readonly #rows: ModelRow[];
  readonly #width: number;
  #said = 0;

  constructor(output: Output, names: readonly string[]) {
    this.#output = output;
    this.#names = names;
    this.#rows = names.map(() => ({}));
    this.#width = Math.max(...names.map((name) => name.length));
  }

  /** What the trainer of run `i` calls. */
  listener(i: number): { onEvent(event: TrainingEvent): void; onProgress(progress: Progress): void } {
    return {
      onEvent: (event) => this.#event(i, event),
      onProgress: (progress) => {
        const row = this.#rows[i];
        row.progress = progress;
        row.total ??= progress.secondsLeft;
        if (this.#output.live.shown) this.#output.live.show(this.#rows.map((_, j) => this.#line(j, true)));
      },
    };
  }

  #event(i: number, event: TrainingEvent): void {
    const row = this.#rows[i];
    if (event.event === 'plan') row.shown = event.shown;
    if (event.event === 'epoch') {
      row.last = event;
      if (event.valid) row.valid = event;
      if (event.best) row.best = event;
    }
    if (event.event === 'done') row.ended = `done in ${clock(event.seconds)}`;
    if (event.event === 'interrupted') row.ended = 'stopped';
    this.#output.event({ ...event, model: this.#names[i] });
    this.#keep(i, event);
    this.#output.live.show(
      this.#rows.map((_, j) => this.#line(j, true)),
      true,
    );
  }

  /** Lines that stay: one for each model at most every five seconds, and one at its end. */
  #keep(i: number, event: TrainingEvent): void {
    const now = performance.now();
    if (event.event === 'done') this.#output.say(this.#line(i));
    if (event.event !== 'epoch' || now - this.#said < 5000) return;
    this.#said = now;
    for (const [j, row] of this.#rows.entries()) if (!row.ended) this.#output.say(this.#line(j));
  }

  #line(i: number, live = false): string {
    const { shown, progress, last, valid, best, ended, total } = this.#rows[i];
    const { bold, dim } = this.#output.colours;
    const name = this.#names[i].padEnd(this.#width);
    if (!progress) return `${bold(name)}  waiting`;
    const fraction = ended || !total ? 1 : 1 - progress.secondsLeft / total;
    const { metric = '', label = '' } = shown ?? {};
    const train = (ended ? last : progress)?.train[metric];
    return [
      bold(name),
      ...(live ? [dim(bar(fraction, 10))] : []),
      `epoch ${String((ended && last?.epoch) || progress.epoch).padStart(3)}`,
      `${label} train ${figure(train)} valid ${figure(valid?.valid?.[metric])}`,
      `best ${figure(best?.valid?.[metric])} (${best?.epoch ?? '-'})`,
      ended ?? `${progress.stepsPerSecond.toFixed(1)} steps/s  ${clock(progress.secondsLeft)} left`,
    ].join('  ');
  }
}
