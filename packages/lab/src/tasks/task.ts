/**
 * What the training room asks of a task. Everything about frames and notes, words and streams stays behind this
 * interface; a run directory, the loop, checkpoints and the command see a model with steps and metrics.
 */
import type { NoiseStream, RegularizedLoss, StoredTensor, Tensor } from 'lethe';
import type { Plan, Regularizer } from 'lethe/dropout';
import type { DataIdentity } from '../data/identity.ts';
import type { Draws } from './draws.ts';
import type { TaskMetric } from './metric.ts';

/** Arrays by name, as checkpoints hold them. */
export type Weights = Record<string, StoredTensor>;

/** Figures by name; the name carries the convention. */
export type Metrics = Record<string, number>;

export type SplitName = 'train' | 'valid' | 'test';

/** A model as training and checkpoints see it. */
export interface TaskModel {
  /** in a fixed order */
  readonly parameters: Record<string, Tensor>;
  readonly regularizer: Regularizer;
  /** the noise of every part, from below */
  readonly plans: readonly Plan[];
  /** copies of the weights, under PyTorch's names and layouts where it has such a layer */
  stored(): Weights;
  /** Copies stored weights into the model. Throws DataError naming `where` and the array that does not fit. */
  load(weights: Weights, where: string): void;
}

/** Which step of the training. */
export interface StepPlace {
  /** epochs done */
  epoch: number;
  /** steps done in the epoch */
  position: number;
}

/** A training step as its task makes it. */
export interface TaskStep {
  total: RegularizedLoss;
  /** terms that the NLL is summed over */
  counted: number;
  /** factor of the step rate of this step alone */
  rateFactor?: number;
}

/** How an evaluation goes. */
export interface EvaluateOptions {
  /** stops between two windows; the result is then undefined */
  signal?: AbortSignal;
  /** of the split that is evaluated: the first tokens of a text, pieces of music evenly spread. @defaultValue 1 */
  share?: number;
  /** is told how far the work is, in the same unit as `all` */
  onProgress?: (done: number, all: number) => void;
  /** MC dropout instead of the test-time rule: probabilities averaged over so many draws */
  draws?: Draws;
  /** entropies of the predictions beside their losses, by draws or moments where there are such. @defaultValue false */
  uncertainty?: boolean;
  /** of text: the test-time network with a continuous cache */
  cache?: { window: number; theta: number; lambda: number };
}

/** A model with its data. */
export interface Task extends TaskMetric {
  readonly model: TaskModel;
  readonly data: DataIdentity;
  /** how the data was read, in clauses for people; absent where nothing was chosen */
  readonly notes?: readonly string[];
  /** the deciding metric of a prediction that knows nothing of the data: every outcome equally likely */
  readonly uninformed: number;
  /** terms that an epoch of training scores */
  readonly examples: number;
  /** numbers that training keeps beside parameters, for an estimate of memory */
  readonly working: number;
  /** the command that makes something with the model, behind `lethe` and in front of nothing */
  hint(run: string): string;
  stepsIn(epoch: number): number;
  /**
   * The loss of one step, called while a tape records.
   * @param noise the stream at this step
   */
  step(place: StepPlace, noise: NoiseStream): TaskStep;
  /** the metrics of training from the mean NLL of its terms */
  trainMetrics(mean: number): Metrics;
  /** The metrics of a split at the test-time rule, or averaged over draws; undefined when `signal` stopped the work. */
  evaluate(split: SplitName, options?: EvaluateOptions): Promise<Metrics | undefined>;
  /** what a run keeps beside its weights to be of use without the data: contents by file name */
  files(): Record<string, string>;
  /** what is carried from step to step besides the weights, by name */
  carried(): Weights;
  /** Takes that over again. Throws DataError naming `where` when it does not fit. */
  restoreCarried(carried: Weights, where: string): void;
}
