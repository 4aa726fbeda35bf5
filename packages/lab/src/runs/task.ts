/**
 * What the training room asks of a task. Everything about what is trained on stays behind this interface; a run directory, the
 * loop, checkpoints and the command see a model with steps and metrics.
 */
import type { NoiseStream, RegularizedLoss, StoredTensor, Tensor } from 'lethe';
import type { Plan, Regularizer, RunMode } from 'lethe/dropout';
import type { DataIdentity } from '../data/identity.ts';
import type { SplitName } from '../data/split-names.ts';

/** Arrays by name, as checkpoints hold them. */
export type Weights = Record<string, StoredTensor>;

/** Figures by name; the name carries the convention. */
export type Metrics = Record<string, number>;

export interface TaskMetric {
  /** the metric that weights are chosen by; the lowest is the best */
  choice: string;
  /** the metric that people are shown, and what it is called in a heading */
  shown: { metric: string; label: string; unit: string };
}

/** How noise is drawn: masks, or the Gaussian pre-activations. */
export type DrawMode = Extract<RunMode, 'sample' | 'gaussian'>;

/** Draws of a model's noise at evaluation. */
export interface Draws {
  samples: number;
  /** default: as in training */
  mode?: DrawMode;
  /** default 1 */
  seed?: number;
  /** training steps that the weights have behind them, for rates that move; default: the rates that training ends with */
  trained?: number;
}

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

/** What is evaluated, and how. */
export interface EvaluationPlan {
  /** of the split that is evaluated, as the task cuts it. @defaultValue 1 */
  share?: number;
  /** MC dropout instead of the test-time rule: probabilities averaged over so many draws */
  draws?: Draws;
  /** entropies of the predictions beside their losses, by draws or moments where there are such. @defaultValue false */
  uncertainty?: boolean;
  /** a way of the task's own instead of the test-time rule, see `EvaluationKind.ways` */
  way?: unknown;
  /** what `lethe calibrate` found for predictions of this kind: they are evaluated with it */
  calibration?: unknown;
}

/** A model that has learned next to nothing, measured beside this one. */
export interface Baseline {
  /** in words: `majority class` */
  name: string;
  metrics: Metrics;
}

/** How far work is, in the same unit. */
export interface Part {
  done: number;
  all: number;
}

/**
 * Work in slices, between which the program breathes, stops, and lets other runs compute: it yields how far it is. `inSlices` of the
 * training room goes through one.
 */
export type Slices<T> = Generator<Part, T>;

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
  /** what brings gradients of this norm to the length that clipping allows; default: `clipScale` of `optimizer.clipNorm` */
  gradientScale?(norm: number): number;
  /**
   * The loss of one step, called while a tape records.
   * @param noise the stream at this step
   */
  step(place: StepPlace, noise: NoiseStream): TaskStep;
  /** the metrics of training from the mean NLL of its terms */
  trainMetrics(mean: number): Metrics;
  /** The metrics of a split at the test-time rule, averaged over draws, or in a way of the task's own. */
  evaluate(split: SplitName, plan?: EvaluationPlan): Slices<Metrics>;
  /** what simple models reach on the same part of a split, for comparison; they see training and validation alone */
  baselines?(split: SplitName, share?: number): Slices<readonly Baseline[]>;
  /** what a run keeps of the test that was just evaluated, for its report: contents by file name */
  tested?(): Record<string, string>;
  /** the names of those that show what the weights answered: they go where a run is trained on after its end */
  readonly testedFiles?: readonly string[];
  /** what a run keeps beside its weights to be of use without the data: contents by file name */
  files(): Record<string, string>;
  /** what is carried from step to step besides the weights, by name */
  carried(): Weights;
  /** Takes that over again. Throws DataError naming `where` when it does not fit. */
  restoreCarried(carried: Weights, where: string): void;
}
