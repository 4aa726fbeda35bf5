/**
 * A study: a directory with a journal and the runs of its trials (`trials/0007/`). The words are Optuna's (T. Akiba et al. 2019,
 * "Optuna: a next-generation hyperparameter optimization framework"): ask for a trial, report, tell how it ended.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { isLockFile, lock } from '../../files/lock.ts';
import { makeDirectory as makeAll } from '../../files/make-directory.ts';
import { ioError } from '../../files/system-error.ts';
import type { Config } from '../../runs/config.ts';
import {
  type Journal,
  type JournalEvent,
  openJournal,
  type Report,
  type Result,
  readJournal,
  type StudyEvent,
} from '../../studies/journal.ts';
import type { Parameters } from '../../studies/space.ts';
import { apply, journalFile, readStudy, type Trial } from '../../studies/study-record.ts';
import { requireSame, trialIdentity } from './study-identity.ts';
import type { TrialPlan } from './trial-plan.ts';

/** A study in work: one process holds it. */
export class Study {
  readonly directory: string;
  readonly about: StudyEvent;
  readonly #plan: TrialPlan;
  readonly #trials: Map<number, Trial>;
  readonly #asked = new Set<number>();
  /** the first trial of each configuration, by its identity; and identities by parameters, which are quicker to compare */
  readonly #first = new Map<string, number>();
  readonly #identities = new Map<string, string>();
  /** trials below have all been asked for or ended */
  #next = 1;
  readonly #journal: Journal;
  readonly #unlock: () => void;
  /** hears every event once it is in the journal, and the beginning of a trial again when it goes on */
  onEvent: (event: JournalEvent) => void = () => {};

  /**
   * Begins a study, or goes on with the one in `directory`.
   * Throws ConfigError when that is another one, saying what differs, LetheError `E_LOCKED` while another process holds it.
   */
  constructor(directory: string, plan: TrialPlan) {
    const { about } = plan;
    makeDirectory(directory);
    this.#unlock = lock(directory);
    try {
      const file = journalFile(directory);
      const begun = fs.existsSync(file) && readJournal(file).length > 0;
      const found = begun ? readStudy(directory) : { about, trials: [] };
      requireSame(directory, found.about, about);
      fs.mkdirSync(path.join(directory, 'trials'), { recursive: true });
      this.directory = directory;
      this.about = found.about;
      this.#plan = plan;
      this.#trials = new Map(found.trials.map((trial) => [trial.number, trial]));
      this.#journal = openJournal(file);
      if (!begun) this.#journal.append(about);
    } catch (error) {
      this.#unlock();
      throw error;
    }
  }

  /** All trials so far, by ascending number. */
  get trials(): Trial[] {
    return [...this.#trials.values()].sort((a, b) => a.number - b.number);
  }

  /**
   * The next trial of `count` that has no result and was not asked for yet: its number and parameters. One that draws the
   * configuration of an earlier trial is not given out: it ends as that one does.
   */
  ask(count: number): { number: number; parameters: Parameters } | undefined {
    for (; this.#next <= count; this.#next++) {
      const number = this.#next;
      const parameters = this.#plan.parametersOf(number, [...this.#trials.values()]);
      if (!parameters) continue;
      const first = this.#firstOf(number, parameters);
      const trial = this.#trials.get(number);
      if (this.#asked.has(number) || (trial && trial.state !== 'running')) continue;
      this.#asked.add(number);
      if (first === number) return { number, parameters };
      this.#repeat(number, parameters, first);
    }
    return undefined;
  }

  /** The configuration of a trial. Throws ConfigError where there is none with such values. */
  configOf(parameters: Parameters): Config {
    return this.#plan.configOf(parameters);
  }

  /** A trial begins, goes on, or another worker goes on with it; what the journal has already is told, and not written again. */
  started(number: number, parameters: Parameters, worker?: string): void {
    const trial = this.#trials.get(number);
    if (trial && trial.state !== 'running') return;
    const event: JournalEvent = {
      ...{ event: 'trial', number, parameters },
      ...(worker === undefined ? {} : { worker }),
    };
    if (trial?.worker === (worker ?? null)) this.onEvent(event);
    else this.#add(event);
  }

  /** A trial validated; what is known already is not written again. Returns whether it is news. */
  report(number: number, report: Report): boolean {
    const trial = this.#trials.get(number);
    if (trial?.state !== 'running' || trial.reports.some(({ epoch }) => epoch === report.epoch)) return false;
    this.#add({ event: 'report', number, ...report });
    return true;
  }

  /** A trial ended; of several results the first counts. */
  tell(number: number, result: Result): void {
    if (this.#trials.get(number)?.state === 'running') this.#add({ event: 'end', number, ...result });
  }

  /** The first trial with the configuration that these parameters make. */
  #firstOf(number: number, parameters: Parameters): number {
    const drawn = JSON.stringify(parameters);
    let identity = this.#identities.get(drawn);
    if (identity === undefined) {
      identity = this.#identityOf(number, parameters);
      this.#identities.set(drawn, identity);
    }
    const first = this.#first.get(identity) ?? number;
    this.#first.set(identity, first);
    return first;
  }

  #identityOf(number: number, parameters: Parameters): string {
    try {
      return trialIdentity(this.#plan.configOf(parameters));
    } catch (error) {
      // Values that do not go together are told when the trial begins.
      if (error instanceof ConfigError) return `trial ${number}`;
      throw error;
    }
  }

  #repeat(number: number, parameters: Parameters, repeats: number): void {
    if (this.#trials.get(number)?.repeats !== repeats) {
      this.#add({ event: 'trial', number, parameters, repeats });
    }
    const original = this.#trials.get(repeats);
    if (original && original.state !== 'running') this.#share(original, number);
  }

  /** A trial ends with the result of the one that it repeats; the work was done there. */
  #share({ state, best, reason }: Trial, number: number): void {
    if (state === 'running') return;
    this.#add({ event: 'end', number, state, best, seconds: 0, reason: reason ?? '' });
  }

  close(): void {
    this.#journal.close();
    this.#unlock();
  }

  #add(event: JournalEvent): void {
    this.#journal.append(event);
    apply(this.#trials, this.directory, event);
    this.onEvent(event);
    if (event.event !== 'end') return;
    const ended = this.#trials.get(event.number)!;
    if (ended.repeats !== null) return;
    for (const { number, state, repeats } of this.trials) {
      if (repeats === event.number && state === 'running') this.#share(ended, number);
    }
  }
}

// --- internal ---

function makeDirectory(directory: string): void {
  if (fs.existsSync(directory) && !fs.existsSync(journalFile(directory))) {
    const strange = fs.readdirSync(directory).filter((name) => !isLockFile(name) && name !== 'trials');
    if (strange.length > 0) {
      throw new ConfigError(
        `${directory} exists already and is no study: it has ${strange[0]}; choose another --out`,
      );
    }
  }
  try {
    makeAll(directory);
  } catch (error) {
    throw ioError(`the study directory ${directory} cannot be made`, error, 'choose another --out');
  }
}
