/**
 * `journal.jsonl`: what happened in a study, one event a line, each on the disk before anything follows from it. A
 * study is what its journal says; a kill at any moment costs at most the line that was being written.
 *
 * Every study has the same events, whatever asked for its trials: the first line says what it is (`study`), then a trial begins
 * (`trial`), validates (`report`) and ends (`end`); its run directory is `trials/0007/`. The first line of a comparison or of a
 * sweep has a `plan`. Parameters of trials are keys of the configuration (`optimizer.stepRate`) or settings of the method
 * (`dropout.input`, of joined methods `dropout.awd.weight`), and beside them
 *
 *   comparison   `method`, a name of the plan; `seed` in the trainings that are compared, absent in the search before them
 *   sweep        `seed`; every axis of the plan, those that are not varied at their `base`
 */
import fs from 'node:fs';
import { DataError } from 'lethe';
import { ioError } from '../files/atomic-write.ts';
import type { Config } from '../runs/config.ts';
import type { Metrics } from '../runs/task.ts';
import type { Parameters, Space, Value } from './space.ts';

/** The first line: what the study is. */
export interface StudyEvent {
  event: 'study';
  format: 1;
  created: string;
  title: string;
  /** of the parameters; the seed of training is `config.seed` */
  seed: number;
  base: string;
  set: Record<string, unknown>;
  space: Space;
  /** the configuration with the first value of every parameter */
  config: Config;
  /** the metric of the validation that decides, and the one that people are shown */
  metric: string;
  shown: { metric: string; label: string; unit: string };
  /** absent: a search, whose trials are drawn from the space */
  plan?: ComparisonPlan | SweepPlan;
}

/** Methods with one budget each: a search of `trials` settings, then the best of them again with other seeds. */
export interface ComparisonPlan {
  kind: 'compare';
  methods: ComparedMethod[];
  /** of each method's search */
  trials: number;
}

export interface ComparedMethod {
  /** as somebody named it, each once */
  name: string;
  /** what its search draws from */
  space: Space;
  /** what it tries first, its usual rates; null: drawn like the others */
  first: Parameters | null;
}

/** Settings varied over values, trained with every seed. */
export interface SweepPlan {
  kind: 'sweep';
  axes: SweepAxis[];
  /** each axis alone around the base; else every combination */
  alone: boolean;
}

export interface SweepAxis {
  key: string;
  values: Value[];
  /** what the recipe has; null where it says nothing */
  base: Value;
  /** keys that move with it, a value for each of its values; at a base that is none of these they are as the recipe has them */
  together?: Record<string, Value[]>;
}

/** A trial begins, or goes on after an interruption. */
export interface TrialEvent {
  event: 'trial';
  /** from 1 */
  number: number;
  parameters: Parameters;
  /** the worker that runs it, in a search over a queue */
  worker?: string;
  /** the earlier trial with the same configuration: this one is not trained and ends as that does */
  repeats?: number;
}

/** A trial validated. */
export interface Report {
  /** from 1 */
  epoch: number;
  /** as trained: noise on, weights moving */
  train: Metrics;
  valid: Metrics;
  /** seconds of work since the start of the trial */
  seconds: number;
}

export type ReportEvent = { event: 'report'; number: number } & Report;

/** The best epoch of a trial by its validation; `test` was measured with its weights. */
export interface Best {
  epoch: number;
  train: Metrics;
  valid: Metrics;
  test: Metrics;
}

export const finalStates = ['complete', 'pruned', 'failed'] as const;
export type FinalState = (typeof finalStates)[number];

/** How a trial ended, for good. */
export interface Result {
  state: FinalState;
  /** what came out; null when there was no validation */
  best: Best | null;
  /** of work */
  seconds: number;
  /** why it was pruned (`median`, `halving`, `minutes`), what failed, or how training ended */
  reason: string;
}

export type EndEvent = { event: 'end'; number: number } & Result;

export type JournalEvent = StudyEvent | TrialEvent | ReportEvent | EndEvent;

/** A journal open for writing. */
export interface Journal {
  /** Adds an event and syncs it. Throws LetheError `E_IO` when the disk is full. */
  append(event: JournalEvent): void;
  close(): void;
}

/** Opens a journal for writing, made if need be; a line that a kill tore off is taken away first. */
export function openJournal(file: string): Journal {
  const handle = fs.openSync(file, 'a');
  fs.ftruncateSync(handle, wholeLines(fs.readFileSync(file)).length);
  return {
    append(event) {
      try {
        fs.writeSync(handle, `${JSON.stringify(event)}\n`);
        fs.fsyncSync(handle);
      } catch (error) {
        throw ioError(
          `cannot add to ${file}`,
          error,
          'the study is whole, so the same command goes on with it',
        );
      }
    },
    close: () => fs.closeSync(handle),
  };
}

/** The events of a journal, in order, without a torn last line. Throws DataError when a line before it is broken. */
export function readJournal(file: string): JournalEvent[] {
  const lines = wholeLines(fs.readFileSync(file)).toString().split('\n').slice(0, -1);
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as JournalEvent;
    } catch (error) {
      throw new DataError(`${file}: line ${i + 1} is broken; was the file edited?`, { cause: error });
    }
  });
}

// --- internal ---

const wholeLines = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
