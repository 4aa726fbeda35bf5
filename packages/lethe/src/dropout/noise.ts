/**
 * The vocabulary of regularization: noise as data. An entry says where noise enters a cell, what it is, how
 * often it is drawn, who shares it and how it is scaled; a regularizer is a list of entries with the modes it
 * runs in. Methods (one file each) return regularizers; nothing else in the system knows their names.
 */
import { ConfigError } from '../errors.ts';
import { shown } from '../found.ts';
import type { MomentForm } from '../kernels/contract/fields.ts';

/**
 * Where noise enters. `hidden` is the carried state, `output` what leaves the layer and is not carried, `context` what attention reads,
 * `transition` what the layers of a deep transition give to the next.
 */
export const noiseSites = [
  'input',
  'recurrent',
  'hidden',
  'cell',
  'update',
  'output',
  'embedding',
  'weight',
  'weightIn',
  'context',
  'transition',
] as const;
/** One of {@link noiseSites}. */
export type NoiseSite = (typeof noiseSites)[number];

/**
 * What the noise does: `drop` sets to zero, `zoneout` keeps the previous value, `gaussian` multiplies by
 * N(1, rate / (1 - rate)), the Gaussian with the moments of inverted drop.
 */
export type NoiseKind = 'drop' | 'zoneout' | 'gaussian';

/**
 * How noise is run: `sample` draws masks, `moments` propagates mean and variance, `gaussian` draws the
 * Gaussian pre-activation, `mean` is the test-time network of the sampled methods.
 */
export type RunMode = 'sample' | 'moments' | 'gaussian' | 'mean';

/** One source of noise. */
export interface NoiseEntry {
  site: NoiseSite;
  kind: NoiseKind;
  /** Probability of DROPPING (of keeping the previous value for zoneout), in [0, 1). */
  rate: number;
  /** Drawn afresh at every step, or once for the sequence. */
  interval: 'step' | 'sequence';
  /** Each example of the batch has its own draw, or the batch shares one. */
  examples: 'each' | 'batch';
  /** One mask for all gates, or one for each; input and recurrent sites of gated cells. */
  gates: 'tied' | 'untied';
  /**
   * `inverted`: kept values are divided by 1 - rate. `paper`: kept values stay, the test-time network is
   * scaled by 1 - rate.
   */
  scaling: 'inverted' | 'paper';
  /**
   * Weights only: one draw for each weight, or one for each column of the matrix (a pre-activation).
   * @defaultValue 'each'
   */
  weights?: 'each' | 'column';
  /** Which layers of a stack have it. @defaultValue 'last' at the output, else 'all' */
  layers?: 'all' | 'first' | 'later' | 'last';
  /** How the rate moves over training; absent: it stays. */
  schedule?: RateSchedule;
}

/**
 * The rate as a function of the training step t, read from the noise stream:
 *   curriculum  rate (1 - e^(-gamma t))
 *   anneal      rate e^(-gamma t)
 *   switch      0 before step `at`, then rate
 */
export type RateSchedule = { kind: 'curriculum' | 'anneal'; gamma: number } | { kind: 'switch'; at: number };

/** A term of the training loss; logged apart from the loss of the task. */
export type Penalty =
  /** alpha mean(y²), y the last layer's output as the readout gets it (AR). */
  | { kind: 'activation'; alpha: number }
  /** beta mean((h_t+1 - h_t)²), h the last layer's states without output noise (TAR). */
  | { kind: 'temporal-activation'; beta: number }
  /** lambda/2 sum(w²) over all parameters; `decoupled`: w -= lambda w after each update instead. */
  | { kind: 'weight-decay'; lambda: number; decoupled: boolean };

/**
 * Two forward runs over one minibatch, from the same state; the first one's last state is carried on. Loss =
 * target terms + kappa mean((z1 - z2)²), z the outputs before the loss's own non-linearity; the gradient
 * flows through both.
 */
export interface TwoPasses {
  kappa: number;
  /** The second run has noise of its own, or is the test-time network. */
  second: 'noise' | 'mean';
  /** Targets count in the mean of both runs, or in the first alone. */
  targets: 'both' | 'first';
  /** Sites whose masks the second run shares with the first. */
  sameMasks: readonly NoiseSite[];
}

/**
 * Weights that are Gaussians with a learned mean and deviation (adaptive weight noise). Drawn once a sequence
 * and shared by the batch (mode `sample`), or integrated (mode `moments`). Training adds their description
 * length, KL(posterior || Gaussian prior at its optimum), times `weight` / size of the training set.
 */
export interface WeightDistribution {
  /** at the beginning */
  deviation: number;
  /** of the description length. @defaultValue 1 */
  weight: number;
}

/** How the `moments` mode computes. */
export interface MomentOptions {
  form: MomentForm;
  /** Number of nodes of the gauss-hermite form, 1 to 64. @defaultValue 15 */
  points?: number;
  /**
   * false leaves out the variance not due to the noise (Bayer et al. 2013, footnote 1).
   * @defaultValue true
   */
  propagateVariance?: boolean;
  /** `plain`: the layer that reads the last output runs on the means alone. @defaultValue 'fast' */
  finalLayer?: 'fast' | 'plain';
  /** Factor of the pre-activations of a plain cell, f(slope a). @defaultValue 1 */
  slope?: number;
  /** What multiplies the mean of the recurrent product: the rate of keeping, or that of dropping. @defaultValue 'keep' */
  recurrentMean?: 'keep' | 'rate';
}

/** A regularization method with its settings: data, made by the functions of this folder or by hand. */
export interface Regularizer {
  /** As {@link parseDropout} reads it. */
  name: string;
  /** Authors, year, title. */
  reference: string;
  noise: NoiseEntry[];
  /**
   * How it runs when a noise stream is given (train) and when none is (test). `samples`: the test-time rule is
   * the average of that many draws (a test mode that draws needs a stream).
   */
  modes: { train: RunMode; test: RunMode; samples?: number };
  moments?: MomentOptions;
  penalties?: readonly Penalty[];
  passes?: TwoPasses;
  weightNoise?: WeightDistribution;
  /** What it was not told and has no default for; a layer refuses it with these words. */
  lacks?: string;
  /** For the entries that have no schedule of their own. */
  schedule?: RateSchedule;
}

/**
 * Returns `rate` if it is a probability of dropping.
 * @throws ConfigError naming the key and the value if it is outside [0, 1)
 */
export function checkRate(where: string, key: string, rate: number | undefined): number {
  if (rate === undefined) return 0;
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) {
    throw new ConfigError(
      `${where}: expected ${key} to be a probability of dropping, at least 0 and below 1, got ${shown(rate)}`,
    );
  }
  return rate;
}
