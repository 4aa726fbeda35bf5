/** What `train` and `resume` show: the plan, a live line or one line an epoch, the result. */

import type { Metrics } from '../tasks/task.ts';
import type {
  DoneEvent,
  EpochEvent,
  PlanEvent,
  Progress,
  TrainingEvent,
  TrainResult,
} from '../training/events.ts';
import { percent } from '../training/time-limit.ts';
import { evaluationWords } from './evaluation-progress.ts';
import type { Output } from './output.ts';
import { bar, clock } from './progress.ts';
import { Interrupted } from './usage.ts';

/** Follows one run and prints it; give `event` and `progress` to the trainer. */
export class TrainingReport {
  readonly #output: Output;
  #plan: PlanEvent | undefined;
  #progress: Progress | undefined;
  #best: EpochEvent | undefined;
  #valid: EpochEvent | undefined;
  #header = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Prints an event; under `--json` the plan is part of the line `start`. */
  readonly event = (event: TrainingEvent): void => {
    if (event.event === 'plan') {
      this.#plan = event;
      this.#sayPlan(event);
      return;
    }
    this.#output.event(event.event === 'start' ? { ...this.#plan, ...event } : event);
    if (event.event === 'start' && event.resumed) {
      this.#output.say(`goes on in epoch ${event.epoch}, after ${event.step} steps`);
    }
    if (event.event === 'epoch') this.#sayEpoch(event);
    if (event.event === 'done') this.#sayDone(event);
    if (event.event === 'interrupted') this.#output.live.clear();
  };

  /** Moves the live line. */
  readonly progress = (progress: Progress): void => {
    this.#progress = progress;
    if (this.#output.live.shown) this.#output.live.show([this.#liveLine(progress)]);
  };

  #sayPlan(plan: PlanEvent): void {
    this.#output.table(
      [
        ['run', plan.run],
        ['data', `${plan.dataset}, ${plan.source}`],
        ...(plan.notes ?? []).map((note, i) => [i === 0 ? 'read' : '', note]),
        ['method', plan.method],
        [
          'model',
          `${plan.parameters.toLocaleString('en')} parameters, about ${Math.ceil(plan.memory_mb)} MB in training`,
        ],
        ['work', `${plan.steps_per_epoch} steps an epoch, at most ${plan.epochs} epochs`],
        [
          'engine',
          `${plan.engine}, ${plan.isa}, ${plan.threads} ${plan.threads === 1 ? 'thread' : 'threads'}`,
        ],
      ],
      { align: 'll' },
    );
    for (const layer of plan.noise) this.#output.say(layer);
    this.#output.say();
  }

  /** On a terminal the live line says the same; elsewhere every epoch has its line. */
  #sayEpoch(event: EpochEvent): void {
    if (event.valid) this.#valid = event;
    if (event.best) this.#best = event;
    if (this.#output.json || this.#output.live.shown) return;
    if (!this.#header) this.#output.say(columns(['epoch', 'train', 'valid', 'best', 'steps/s', 'left']));
    this.#header = true;
    const progress = this.#progress;
    this.#output.say(
      columns([
        String(event.epoch),
        figure(this.#shown(event.train)),
        figure(this.#shown(event.valid)),
        figure(this.#shown(this.#best?.valid)),
        progress ? progress.stepsPerSecond.toFixed(2) : '-',
        progress ? clock(progress.secondsLeft) : '-',
      ]),
    );
  }

  #liveLine(progress: Progress): string {
    const { bold, dim } = this.#output.colours;
    const done = (progress.epoch - 1 + progress.position / progress.stepsPerEpoch) / progress.epochs;
    const best =
      this.#best?.valid && `best ${figure(this.#shown(this.#best.valid))} (epoch ${this.#best.epoch})`;
    return [
      `epoch ${progress.epoch}/${progress.epochs} ${dim(bar(done))}`,
      `${this.#plan?.shown.label} train ${bold(figure(this.#shown(progress.train)))} valid ${bold(figure(this.#shown(this.#valid?.valid)))}`,
      `${progress.stepsPerSecond.toFixed(1)} steps/s`,
      `${clock(progress.secondsLeft)} left`,
      ...(progress.evaluation ? [evaluationWords(phases[progress.phase], progress.evaluation)] : []),
      ...(best ? [best] : []),
    ].join('  ');
  }

  #sayDone(event: DoneEvent): void {
    const { best } = event;
    const reasons = {
      epochs: 'all epochs are done',
      patience: 'the validation has stopped getting better',
      minutes: 'the time is used up',
    };
    const out = this.#output;
    out.say();
    out.say(
      event.already
        ? `nothing left to do: ${reasons[event.reason]} after epoch ${event.epochs}`
        : `${reasons[event.reason]} after epoch ${event.epochs}, ${clock(event.seconds)}`,
    );
    out.table(
      [
        [
          String(best.epoch),
          figure(this.#shown(best.train)),
          figure(this.#shown(best.valid)),
          figure(this.#shown(best.test)),
        ],
      ],
      { header: ['best epoch', 'train', 'valid', 'test'], align: 'rrrr' },
    );
    const { evaluated_share: share } = best.test;
    out.say(`(${this.#plan?.shown.unit}; train as trained, with noise)`);
    if (share !== undefined) {
      out.say(`(valid and test on ${percent(share)} of each: \`lethe eval\` measures all)`);
    }
    out.say();
    if (this.#plan) out.say(this.#plan.hint);
  }

  #shown(metrics: Metrics | undefined): number | undefined {
    return this.#plan && metrics?.[this.#plan.shown.metric];
  }
}

/** Told at the first Ctrl-C. */
export const stopping = 'stopping: the step in work is finished and saved first';

/** Ends the command the way the run ended. Throws Interrupted, with the command that goes on, for a run that was stopped. */
export function endOf(result: TrainResult): void {
  if (result.event !== 'interrupted') return;
  throw new Interrupted(`interrupted in epoch ${result.epoch} and saved; \`${result.resume}\` goes on`);
}

/** Three decimals, or a dash. */
export function figure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(3);
}

// --- internal ---

/** What is going on. */
const phases = { train: 'training', valid: 'validating', test: 'testing' } as const;

/** Perplexities of ten thousand words, `10000.000`, and clocks of days fit. */
const widths = [5, 9, 9, 9, 7, 8];

function columns(cells: readonly string[]): string {
  return cells.map((cell, c) => cell.padStart(widths[c])).join('  ');
}
