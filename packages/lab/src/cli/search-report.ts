/** What `search` shows: the trials in work, a line for each that ended, the table of the best. */

import type { Study } from '../experiments/search/study.ts';
import type { JournalEvent, Report } from '../studies/journal.ts';
import { settingsInWords } from '../studies/setting-words.ts';
import { epochsOf, ranking, type Trial } from '../studies/study-record.ts';
import { decidingWords } from '../tasks/metric-words.ts';
import type { Output } from './output.ts';
import { bar, clock } from './progress.ts';
import { figure } from './training-report.ts';

/** Trials in the table at the end. */
const shownTrials = 10;
/** Seconds without a line after which the trials in work have one off a terminal: the first time, and later. */
const firstPause = 5;
const longPause = 30;

/** Follows a study and prints it. */
export class SearchReport {
  protected readonly output: Output;
  protected readonly study: Study;
  readonly #trials: number;
  readonly #running = new Map<number, Report | undefined>();
  #header = false;
  /** when something was last said, for lines off a terminal */
  #said = performance.now();
  #waited = false;

  constructor(output: Output, study: Study, trials: number) {
    this.output = output;
    this.study = study;
    this.#trials = trials;
  }

  /** Prints an event of the journal. */
  readonly event = (event: JournalEvent): void => {
    this.output.event(event);
    if (event.event === 'trial' && event.repeats === undefined) {
      // What goes on has validated before.
      const trial = this.study.trials.find(({ number }) => number === event.number);
      this.#running.set(event.number, trial?.reports.at(-1));
    }
    if (event.event === 'report') this.#running.set(event.number, event);
    if (event.event === 'end') {
      this.#running.delete(event.number);
      this.#sayEnd(event.number);
      this.#said = performance.now();
    }
    if (this.output.live.shown) this.#live();
    else if (event.event === 'report') this.#sayRunning();
  };

  /** The best trials, by their validation alone; the test figures stand beside them. */
  sayBest(): void {
    const best = ranking(this.study);
    const { shown } = this.study.about;
    const out = this.output;
    out.say();
    out.table(
      best.slice(0, shownTrials).map((trial) => {
        const { epoch, train, valid, test } = trial.best;
        const figures = [train, valid, test].map((metrics) => figure(metrics[shown.metric]));
        return [
          String(trial.number),
          trial.state,
          ...figures,
          String(epoch),
          settingsInWords(trial.parameters),
        ];
      }),
      {
        header: ['trial', 'state', 'train', 'valid', 'test', 'best epoch', 'parameters'],
        align: 'rlrrrrl',
      },
    );
    const by = decidingWords(this.study.about.metric, shown.metric);
    out.say(`(${shown.unit}; chosen by the validation${by} alone; train as trained, with noise)`);
  }

  #sayEnd(number: number): void {
    const { trials, about } = this.study;
    const trial = trials.find((trial) => trial.number === number)!;
    const best = ranking(this.study)[0]?.best;
    const { metric } = about.shown;
    const say = (cells: readonly string[], last: string): void =>
      this.output.say(`${cells.map((cell, c) => cell.padEnd(widths[c])).join('  ')}  ${last}`);
    if (!this.#header) say(['trial', 'state', 'valid', 'test', 'best'], 'parameters');
    this.#header = true;
    const said = [
      ...(trial.repeats === null ? [] : [`repeats trial ${trial.repeats}`]),
      ...(trial.state === 'complete' ? [] : [trial.reason]),
    ].join(': ');
    const why = said && `  (${said})`;
    say(
      [
        String(number),
        trial.state,
        figure(trial.best?.valid[metric]),
        figure(trial.best?.test[metric]),
        figure(best?.valid[metric]),
      ],
      settingsInWords(trial.parameters) + why,
    );
  }

  /** A study may have more trials than are asked for now. */
  #ended(trials: readonly Trial[]): number {
    return trials.filter(({ number, state }) => number <= this.#trials && state !== 'running').length;
  }

  /** Off a terminal: now and then a line on the trials in work. */
  #sayRunning(): void {
    if ((performance.now() - this.#said) / 1000 < (this.#waited ? longPause : firstPause)) return;
    this.#said = performance.now();
    this.#waited = true;
    const { about, trials } = this.study;
    const ended = this.#ended(trials);
    const running = [...this.#running].map(
      ([number, report]) =>
        `trial ${number} epoch ${report?.epoch ?? 0} valid ${figure(report?.valid[about.shown.metric])}`,
    );
    this.output.say(`${ended} of ${this.#trials} trials ended; in work: ${running.join(', ')}`);
  }

  #live(): void {
    const { live, colours } = this.output;
    const { about, trials } = this.study;
    const ended = this.#ended(trials);
    const rows = [...this.#running].map(([number, report]) => {
      const epochs = epochsOf(about, trials.find((trial) => trial.number === number)?.parameters ?? {});
      const done = (report?.epoch ?? 0) / epochs;
      const valid = figure(report?.valid[about.shown.metric]);
      return `trial ${number}  epoch ${report?.epoch ?? 0}/${epochs} ${colours.dim(bar(done))}  valid ${valid}  ${clock(report?.seconds ?? 0)}`;
    });
    live.show([`${ended} of ${this.#trials} trials`, ...rows], true);
  }
}

/** How many trials ended in which way. */
export function countStates(trials: readonly Trial[]): Record<Trial['state'], number> {
  const count = { complete: 0, pruned: 0, failed: 0, running: 0 };
  for (const { state } of trials) count[state] += 1;
  return count;
}

// --- internal ---

const widths = [5, 8, 8, 8, 8];
