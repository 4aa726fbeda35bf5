/** What `train` and `resume` show: the plan, one line an epoch, how far the epoch in work is, the result. */

import { LetheError } from 'lethe';
import { counted } from '../common/counted.ts';
import { Interrupted } from '../common/usage.ts';
import type {
  DoneEvent,
  EpochEvent,
  PlanEvent,
  Progress,
  TrainingEvent,
  TrainResult,
} from '../runs/events.ts';
import type { Metrics } from '../runs/task.ts';
import { lossTo } from '../tasks/baselines.ts';
import { decidingWords } from '../tasks/metric-words.ts';
import { percent } from '../training/time-limit.ts';
import { evaluationWords } from './evaluation-progress.ts';
import { metricTable } from './metric-table.ts';
import type { Output } from './output.ts';
import { bar, clock } from './progress.ts';

/** Follows one run and prints it; give `event` and `progress` to the trainer. */
export class TrainingReport {
  readonly #output: Output;
  #plan: PlanEvent | undefined;
  #progress: Progress | undefined;
  #best: Pick<EpochEvent, 'epoch' | 'valid'> | undefined;
  #valid: EpochEvent | undefined;
  #header = false;
  /** when something was last said, for lines off a terminal */
  #said = performance.now();
  #waited = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Prints an event; under `--json` the plan is part of the line `start`. */
  readonly event = (event: TrainingEvent): void => {
    if (event.event === 'plan') {
      this.#plan = event;
      this.#best = event.best;
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

  /** Moves the live line; off a terminal an epoch that takes long has a line now and then. */
  readonly progress = (progress: Progress): void => {
    this.#progress = progress;
    if (this.#output.live.shown) {
      this.#output.live.show([this.#liveLine(progress)]);
      return;
    }
    const seconds = (performance.now() - this.#said) / 1000;
    if (seconds < (this.#waited ? longPause : firstPause)) return;
    this.#waited = true;
    this.#line(inWords(progress, this.#plan?.shown.label, figure(this.#shown(progress.train))));
  };

  /** Says a line and remembers when. */
  #line(line: string): void {
    this.#said = performance.now();
    this.#output.say(line);
  }

  #sayPlan(plan: PlanEvent): void {
    this.#output.table(
      [
        ['run', plan.run],
        ['data', plan.dataset === plan.source ? plan.source : `${plan.dataset}, ${plan.source}`],
        ...(plan.notes ?? []).map((note, i) => [i === 0 ? 'read' : '', note]),
        ['method', plan.method],
        [
          'model',
          `${plan.parameters.toLocaleString('en')} parameters, about ${Math.ceil(plan.memory_mb)} MB in training`,
        ],
        [
          'work',
          `${counted(plan.steps_per_epoch, 'step')} an epoch, at most ${counted(plan.epochs, 'epoch')}`,
        ],
        ['engine', `${plan.engine}, ${plan.isa}, ${counted(plan.threads, 'thread')}, ${plan.dtype}`],
      ],
      { align: 'll' },
    );
    for (const layer of plan.noise) this.#output.say(layer);
    this.#line('');
  }

  /** A line that stays, above the live line where there is one. */
  #sayEpoch(event: EpochEvent): void {
    if (event.valid) this.#valid = event;
    if (event.best) this.#best = event;
    if (this.#output.json) return;
    const { columns: width } = this.#output.io;
    const { bold } = this.#output.colours;
    if (!this.#header) {
      this.#line(bold(columns(['epoch', 'train', 'valid', 'best', 'steps/s', 'left'], width)));
    }
    this.#header = true;
    const progress = this.#progress;
    this.#line(
      columns(
        [
          String(event.epoch),
          figure(this.#shown(event.train)),
          figure(this.#shown(event.valid)),
          figure(this.#shown(this.#best?.valid)),
          progress ? progress.stepsPerSecond.toFixed(2) : '-',
          progress ? clock(progress.secondsLeft) : '-',
        ],
        width,
      ),
    );
    if (progress) this.#output.live.show([this.#liveLine(progress)], true);
  }

  /** What matters most stands first: a narrow terminal cuts the end off. */
  #liveLine(progress: Progress): string {
    const { bold, dim } = this.#output.colours;
    const done = (progress.epoch - 1 + progress.position / progress.stepsPerEpoch) / progress.epochs;
    const best =
      this.#best?.valid && `best ${figure(this.#shown(this.#best.valid))} (epoch ${this.#best.epoch})`;
    return [
      `epoch ${progress.epoch}/${progress.epochs} ${dim(bar(done))}`,
      ...(progress.phase === 'train' ? [] : [evaluating(progress)]),
      `${clock(progress.secondsLeft)} left`,
      `${this.#plan?.shown.label} train ${bold(figure(this.#shown(progress.train)))} valid ${bold(figure(this.#shown(this.#valid?.valid)))}`,
      `${progress.stepsPerSecond.toFixed(1)} steps/s`,
      ...(best ? [best] : []),
    ].join('  ');
  }

  #sayDone(event: DoneEvent): void {
    const { best } = event;
    const reasons = {
      epochs: 'all epochs are done',
      patience: 'the validation has stopped getting better',
      minutes: 'the time is used up',
      average: 'the mean of other runs',
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
    if (this.#plan) {
      const { shown, deciding } = this.#plan;
      const by = decidingWords(deciding, shown.metric);
      out.say(`(${shown.unit};${by && ` best by the validation${by};`} train as trained, with noise)`);
    }
    this.#sayBaselines(event);
    if (share !== undefined) {
      out.say(`(valid and test on ${percent(share)} of each: \`lethe eval\` measures all)`);
    }
    out.say();
    if (this.#plan && !event.diverged?.useless) out.say(this.#plan.hint);
  }

  /** The test beside simple models, and what a model is told that is no better than they are. */
  #sayBaselines({ best: { test }, baselines = [] }: DoneEvent): void {
    if (baselines.length === 0 || !this.#plan) return;
    this.#output.say();
    this.#output.table(metricTable(test, baselines, this.#plan.task), {
      header: ['test', 'model', ...baselines.map(({ name }) => name), ''],
      align: `lr${'r'.repeat(baselines.length)}l`,
    });
    const loss = lossTo(test, baselines, this.#plan.shown.metric);
    if (loss) this.#output.say(`${loss}.`);
  }

  #shown(metrics: Metrics | undefined): number | undefined {
    return this.#plan && metrics?.[this.#plan.shown.metric];
  }
}

/** Told at the first Ctrl-C. */
export const stopping = 'stopping: the step in work is finished and saved first';

/** Ends the command the way the run ended. Throws Interrupted, with the command that goes on, for a run that was stopped, LetheError `E_DIVERGED` for one that went wrong. */
export function endOf(result: TrainResult): void {
  if (result.event === 'done') {
    if (result.diverged) throw new LetheError('E_DIVERGED', result.diverged.sentence);
    return;
  }
  throw new Interrupted(`interrupted in epoch ${result.epoch} and saved; \`${result.resume}\` goes on`);
}

/** Three decimals, or a dash. */
export function figure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(3);
}

// --- internal ---

/** Seconds without a line after which an epoch in work has one off a terminal: the first time, and later. */
const firstPause = 5;
const longPause = 30;

/** What is going on. */
const phases = { train: 'training', valid: 'validating', test: 'testing' } as const;

/** `validating 45 %, 0:12 left`, once something of it is done. */
function evaluating({ phase, evaluation }: Progress): string {
  return evaluation ? evaluationWords(phases[phase], evaluation) : phases[phase];
}

/** `epoch 1 of 40, step 120 of 1327: perplexity 812.300 in training, 7.30 steps/s, 1:05:22 left`. */
function inWords(progress: Progress, label: string | undefined, train: string): string {
  const { epoch, epochs, position, stepsPerEpoch, phase, stepsPerSecond, secondsLeft } = progress;
  if (phase !== 'train') return `epoch ${epoch} of ${epochs}, ${evaluating(progress)}`;
  return `epoch ${epoch} of ${epochs}, step ${position} of ${stepsPerEpoch}: ${label} ${train} in training, ${stepsPerSecond.toFixed(2)} steps/s, ${clock(secondsLeft)} left`;
}

/** Perplexities of ten thousand words, `10000.000`, and clocks of days fit. */
const widths = [5, 9, 9, 9, 7, 8];

/** A row of the table of epochs; a narrow terminal has no room for the last columns. */
function columns(cells: readonly string[], width: number): string {
  let room = width + 2;
  const fitting = widths.findIndex((cell) => (room -= cell + 2) < 0);
  return cells
    .slice(0, fitting < 0 ? undefined : fitting)
    .map((cell, c) => cell.padStart(widths[c]))
    .join('  ');
}
