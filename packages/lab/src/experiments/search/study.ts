/**
 * A study: a directory with a journal and the runs of its trials (`trials/0007/`). The words are Optuna's (T. Akiba et al. 2019,
 * "Optuna: a next-generation hyperparameter optimization framework"): ask for a trial, report, tell how it ended.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { lock } from '../../runs/lock.ts';
import { metricOf } from '../../tasks/metric.ts';
import {
  type Best,
  type FinalState,
  type Journal,
  type JournalEvent,
  openJournal,
  type Report,
  type Result,
  readJournal,
  type StudyEvent,
} from './journal.ts';
import { exampleConfig, filled, type Search } from './search-file.ts';
import type { Parameters } from './space.ts';
import { suggest } from './suggest.ts';

/** A trial as the journal has it. */
export interface Trial {
  /** from 1 */
  number: number;
  state: 'running' | FinalState;
  parameters: Parameters;
  /** by ascending epoch */
  reports: Report[];
  /** once it ended; null when it never validated */
  best: Best | null;
  /** the run directory */
  directory: string;
  /** of work, once it ended */
  seconds: number | null;
  /** why it ended */
  reason: string | null;
  /** the worker that ran it last, in a search over a queue */
  worker: string | null;
}

/** What a study is and what came of it. */
export interface StudyRecord {
  about: StudyEvent;
  /** by ascending number */
  trials: Trial[];
}

/**
 * Reads a study, also while it is being written.
 * Throws ConfigError when the directory is none, DataError when its journal is broken.
 */
export function readStudy(directory: string): StudyRecord {
  const file = journalFile(directory);
  const events = fs.existsSync(file) ? readJournal(file) : [];
  if (events.length === 0) {
    throw new ConfigError(
      `${directory} is no study: it has no journal.jsonl; name a directory that search made`,
    );
  }
  const [about] = events;
  if (about.event !== 'study' || about.format !== 1) {
    throw new DataError(`${file} does not begin with a study of format 1; it may be from another version`);
  }
  const trials = new Map<number, Trial>();
  for (const event of events.slice(1)) apply(trials, directory, event);
  return { about, trials: [...trials.values()].sort((a, b) => a.number - b.number) };
}

/** The run directory of a trial. */
export function trialDirectory(study: string, number: number): string {
  return path.join(study, 'trials', String(number).padStart(4, '0'));
}

/** A study in work: one process holds it. */
export class Study {
  readonly directory: string;
  readonly about: StudyEvent;
  readonly #search: Search;
  readonly #trials: Map<number, Trial>;
  readonly #asked = new Set<number>();
  readonly #journal: Journal;
  readonly #unlock: () => void;
  /** hears every event once it is in the journal */
  onEvent: (event: JournalEvent) => void = () => {};

  /**
   * Begins a study, or goes on with the one in `directory`.
   * Throws ConfigError when that is another one, saying what differs, LetheError `E_LOCKED` while another process holds it.
   */
  constructor(directory: string, search: Search, seed: number) {
    const about = aboutStudy(search, seed);
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
      this.#search = search;
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

  /** The next trial of `count` that has no result and was not asked for yet: its number and parameters. */
  ask(count: number): { number: number; parameters: Parameters } | undefined {
    for (let number = 1; number <= count; number++) {
      const trial = this.#trials.get(number);
      if (this.#asked.has(number) || (trial && trial.state !== 'running')) continue;
      this.#asked.add(number);
      return { number, parameters: filled(suggest(this.#search.space, this.about.seed, number)) };
    }
    return undefined;
  }

  /** A trial begins, or another worker goes on with it; what is known already is not written again. */
  started(number: number, parameters: Parameters, worker?: string): void {
    const trial = this.#trials.get(number);
    if (trial && (trial.state !== 'running' || trial.worker === (worker ?? null))) return;
    this.#add({ event: 'trial', number, parameters, ...(worker === undefined ? {} : { worker }) });
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

  close(): void {
    this.#journal.close();
    this.#unlock();
  }

  #add(event: JournalEvent): void {
    this.#journal.append(event);
    apply(this.#trials, this.directory, event);
    this.onEvent(event);
  }
}

/** Ended trials with a result by the deciding metric of the validation, the best first; of equal ones the earlier. */
export function ranking({ about, trials }: StudyRecord): (Trial & { best: Best })[] {
  return trials
    .filter((trial): trial is Trial & { best: Best } => trial.best !== null)
    .sort((a, b) => a.best.valid[about.metric] - b.best.valid[about.metric] || a.number - b.number);
}

/** A short name that two studies share only when they are the same. */
export function studyId(about: StudyEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([...leaves(identity(about))].sort()))
    .digest('hex')
    .slice(0, 16);
}

// --- internal ---

const journalFile = (directory: string): string => path.join(directory, 'journal.jsonl');

/** What one event says about its trial. */
function apply(trials: Map<number, Trial>, directory: string, event: JournalEvent): void {
  if (event.event === 'study') return;
  const { number } = event;
  let trial = trials.get(number);
  if (event.event === 'trial') {
    trial ??= {
      number,
      state: 'running',
      parameters: event.parameters,
      reports: [],
      best: null,
      directory: trialDirectory(directory, number),
      seconds: null,
      reason: null,
      worker: null,
    };
    trial.worker = event.worker ?? null;
    trials.set(number, trial);
  }
  if (!trial)
    throw new DataError(`${directory}: the journal has a result of trial ${number} before its beginning`);
  if (event.event === 'report') {
    const { epoch, train, valid, seconds } = event;
    trial.reports.push({ epoch, train, valid, seconds });
  }
  if (event.event === 'end') {
    const { state, best, seconds, reason } = event;
    Object.assign(trial, { state, best, seconds, reason });
  }
}

function aboutStudy(search: Search, seed: number): StudyEvent {
  const { title, base, set, space } = search;
  const config = exampleConfig(search);
  const { choice: metric, shown } = metricOf(config);
  const created = new Date().toISOString();
  return { event: 'study', format: 1, created, title, seed, base, set, space, config, metric, shown };
}

/** What makes two studies the same: seed, space, and everything that the trials have in common. */
function identity({ seed, space, set, config }: StudyEvent): object {
  const texts = Object.entries(set).filter(([, value]) => typeof value === 'string' && value.includes('{'));
  const { recipe: _, ...rest } = config;
  // Draws go by the place in the space.
  return { seed, space, order: Object.keys(space).join(', '), set: Object.fromEntries(texts), config: rest };
}

function requireSame(directory: string, found: StudyEvent, wanted: StudyEvent): void {
  const there = leaves(identity(found));
  const here = leaves(identity(wanted));
  const key = [...new Set([...here.keys(), ...there.keys()])].find((key) => there.get(key) !== here.get(key));
  if (key === undefined) return;
  throw new ConfigError(
    `${directory} is another study: ${key} is ${there.get(key) ?? 'absent'} there and ${here.get(key) ?? 'absent'} here; choose another --out, or give the command it began with`,
  );
}

/** Every value in a tree by its path, as JSON. */
function leaves(tree: unknown, at = '', found = new Map<string, string>()): Map<string, string> {
  if (typeof tree === 'object' && tree !== null && !Array.isArray(tree)) {
    for (const [key, value] of Object.entries(tree)) leaves(value, at ? `${at}.${key}` : key, found);
  } else {
    found.set(at, JSON.stringify(tree));
  }
  return found;
}

function makeDirectory(directory: string): void {
  if (fs.existsSync(directory) && !fs.existsSync(journalFile(directory))) {
    const strange = fs.readdirSync(directory).filter((name) => !['lock', 'trials'].includes(name));
    if (strange.length > 0) {
      throw new ConfigError(
        `${directory} exists already and is no study: it has ${strange[0]}; choose another --out`,
      );
    }
  }
  fs.mkdirSync(directory, { recursive: true });
}
