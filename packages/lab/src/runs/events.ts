/**
 * What a training run tells while it goes on. The events are the lines of `train --json` and, for those
 * that belong to the run's history, the lines of `metrics.jsonl`. Figures carry their convention in their name.
 */

import type { Precision } from './engine.ts';
import type { ObserverName } from './observer-names.ts';
import type { Baseline, Metrics, Task } from './task.ts';

/** What went wrong with a training. */
export interface Divergence {
  /** whether no epoch is of use */
  useless: boolean;
  /** one sentence without its full stop */
  sentence: string;
}

/** Why a run ended by itself. */
export type FinishReason = 'epochs' | 'patience' | 'minutes';

/** The resolved plan, before anything is computed. */
export interface PlanEvent {
  event: 'plan';
  run: string;
  task: string;
  dataset: string;
  /** where the data came from */
  source: string;
  /** how the data was read: what was chosen, assumed or left out; absent where nothing was */
  notes?: string[];
  method: string;
  /** a command that makes something with the finished run */
  hint: string;
  /** the metric that people are shown */
  shown: Task['shown'];
  /** the metric of the validation that decides which epoch is the best */
  deciding: string;
  /** the best epoch so far of a run that goes on; absent where it has none */
  best?: BestEpoch;
  /** what {@link describe} says of every layer */
  noise: string[];
  parameters: number;
  /** estimate of the memory that training needs, in MB (2^20 bytes) */
  memory_mb: number;
  steps_per_epoch: number;
  epochs: number;
  engine: string;
  isa: string;
  threads: number;
  /** number type of the process, or bf16 where its matrix products are in it */
  dtype: Precision;
}

/** Training begins, or goes on at `epoch` (from 1) after `step` steps in all. */
export interface StartEvent {
  event: 'start';
  run: string;
  seed: number;
  epoch: number;
  step: number;
  resumed: boolean;
}

/** An epoch ended; `valid` is absent when this epoch was not evaluated. */
export interface EpochEvent {
  event: 'epoch';
  /** from 1 */
  epoch: number;
  /** training steps done since the start of the run */
  step: number;
  /** as trained: noise on, weights moving */
  train: Metrics;
  /** mean of each penalty in the loss, by its name; absent without penalties */
  penalties?: Metrics;
  /** of the gradients of its steps: mean and largest global norm, and the share of steps that were clipped; absent in runs from before it was kept */
  gradient?: Metrics;
  /** of its last step, the schedule applied; segments of random lengths multiply it by their share of the usual length */
  stepRate?: number;
  /** momentum (beta1 of Adam) of its last step, where the schedule moves it */
  momentum?: number;
  /** steps behind the average of the weights that is evaluated; absent where none is */
  averaged?: number;
  valid?: Metrics;
  /** whether this is the best validation so far */
  best?: boolean;
  /** seconds of work since the start of the run, interruptions not counted */
  seconds: number;
}

/** What an observer saw at the beginning (epoch 0), or after an epoch and its validation. */
export interface ObserveEvent {
  event: 'observe';
  name: ObserverName;
  epoch: number;
  step: number;
  /** by name; what is not finite is left out */
  values: Metrics;
}

/** The epoch with the lowest deciding metric of the validation; `test` was measured once, with its weights. */
export interface BestEpoch {
  epoch: number;
  train: Metrics;
  valid: Metrics;
}

/** The run is finished. */
export interface DoneEvent {
  event: 'done';
  run: string;
  /** `average`: it was not trained, and holds the mean of other runs, which its configuration names */
  reason: FinishReason | 'average';
  /** epochs trained; 0 of a mean, whose best epoch is 0 */
  epochs: number;
  best: BestEpoch & { test: Metrics };
  /** what simple models reach on the test set, where the task has such */
  baselines?: readonly Baseline[];
  seconds: number;
  /** what went wrong with the training, if it did */
  diverged?: Divergence;
  /** true when `resume` found nothing left to do */
  already?: boolean;
}

/** The run was stopped from outside and saved. */
export interface InterruptedEvent {
  event: 'interrupted';
  run: string;
  /** the epoch in work, from 1 */
  epoch: number;
  step: number;
  /** the command that goes on */
  resume: string;
  seconds: number;
}

export type TrainingEvent = PlanEvent | StartEvent | EpochEvent | ObserveEvent | DoneEvent | InterruptedEvent;

/** After every training step and every window of an evaluation, for progress displays. */
export interface Progress {
  /** from 1 */
  epoch: number;
  epochs: number;
  /** steps done in this epoch */
  position: number;
  stepsPerEpoch: number;
  /** steps done since the start of the run */
  step: number;
  /** over this epoch so far, as trained */
  train: Metrics;
  stepsPerSecond: number;
  /** until the epochs or the minutes are used up, whichever is first; early stopping may end the run before */
  secondsLeft: number;
  /** what is going on */
  phase: 'train' | 'valid' | 'test';
  /** of a validation or the test: the part that is done, from 0 to 1, and how long the rest will take */
  evaluation?: { done: number; secondsLeft: number };
}

/** How `train` and `resume` ended. */
export type TrainResult = DoneEvent | InterruptedEvent;
