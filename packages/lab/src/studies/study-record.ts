/** What a study's journal says about its trials, for whoever reads it. */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { largest } from '../common/extremes.ts';
import {
  type Best,
  type FinalState,
  type JournalEvent,
  type Report,
  readJournal,
  type StudyEvent,
} from './journal.ts';
import { extremes, type Parameters } from './space.ts';

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
  /** the earlier trial with the same configuration, whose run and result it shares */
  repeats: number | null;
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
  if (!fs.existsSync(file)) {
    throw new ConfigError(
      `${directory} is no study: it has no journal.jsonl; name a directory that search, compare or sweep made`,
    );
  }
  const events = readJournal(file);
  if (events.length === 0) {
    throw new ConfigError(
      `${directory} is no study yet: no whole line is in its journal.jsonl; give the command again that began it`,
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

/** The epochs that a trial may have: what all have, or those that it tries. */
export function epochsOf({ config }: StudyEvent, parameters: Parameters): number {
  const own = parameters[epochsKey];
  return typeof own === 'number' ? own : config.training.epochs;
}

/** The most epochs that any trial may have. */
export function mostEpochs(about: StudyEvent): number {
  const { space } = about;
  const values = Object.hasOwn(space, epochsKey) ? extremes(space[epochsKey]) : [];
  return largest([about.config.training.epochs, ...values.filter((value) => typeof value === 'number')]);
}

/** The run directory of a trial. */
export function trialDirectory(study: string, number: number): string {
  return path.join(study, 'trials', String(number).padStart(4, '0'));
}

/** The journal of a study. */
export const journalFile = (directory: string): string => path.join(directory, 'journal.jsonl');

/** What one event says about its trial. */
export function apply(trials: Map<number, Trial>, directory: string, event: JournalEvent): void {
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
      repeats: null,
    };
    trial.worker = event.worker ?? null;
    trial.repeats = event.repeats ?? null;
    trial.directory = trialDirectory(directory, trial.repeats ?? number);
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

/**
 * Ended trials with a result by the deciding metric of the validation, the best first; of equal ones the earlier. What repeats
 * another trial is not there twice.
 */
export function ranking({ about, trials }: StudyRecord): (Trial & { best: Best })[] {
  return trials
    .filter((trial): trial is Trial & { best: Best } => trial.best !== null && trial.repeats === null)
    .sort((a, b) => a.best.valid[about.metric] - b.best.valid[about.metric] || a.number - b.number);
}

// --- internal ---

const epochsKey = 'training.epochs';
