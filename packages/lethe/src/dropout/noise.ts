/**
 * The vocabulary of regularization: noise as data. An entry says where noise enters a cell, what it is, how
 * often it is drawn, who shares it and how it is scaled; a regularizer is a list of entries with the modes it
 * runs in. Methods (one file each) return regularizers; nothing else in the system knows their names.
 */
import { ConfigError } from '../errors.ts';
import type { MomentForm } from '../kernels/contract.ts';

/** Where noise enters. `hidden` is the carried state, `output` what leaves the layer and is not carried. */
export type NoiseSite =
  | 'input'
  | 'recurrent'
  | 'hidden'
  | 'cell'
  | 'update'
  | 'output'
  | 'embedding'
  | 'weight'
  | 'weightIn';

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
  /** One mask for all gates, or one for each. */
  gates: 'tied' | 'untied';
  /** `inverted`: kept values are divided by 1 - rate. `paper`: kept values stay, the test-time network is scaled by 1 - rate. */
  scaling: 'inverted' | 'paper';
}

/** How the `moments` mode computes. */
export interface MomentOptions {
  form: MomentForm;
  /** Number of nodes of the gauss-hermite form, 1 to 64. @defaultValue 15 */
  points?: number;
  /** false leaves out the variance not due to the noise (Bayer et al. 2013, footnote 1). @defaultValue true */
  propagateVariance?: boolean;
  /** `plain`: the layer that reads the last output runs on the means alone. @defaultValue 'fast' */
  finalLayer?: 'fast' | 'plain';
}

/** A regularization method with its settings: data, made by the functions of this folder or by hand. */
export interface Regularizer {
  /** As {@link parseDropout} reads it. */
  name: string;
  /** Authors, year, title. */
  reference: string;
  noise: NoiseEntry[];
  /** How it runs when a noise stream is given (train) and when none is (test). */
  modes: { train: RunMode; test: RunMode };
  moments?: MomentOptions;
}

/** An entry with the usual settings: drop, fresh at every step, for each example, gates tied, inverted. */
export function noiseEntry(entry: Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>): NoiseEntry {
  return {
    kind: 'drop',
    interval: 'step',
    examples: 'each',
    gates: 'tied',
    scaling: 'inverted',
    ...entry,
  };
}

/** Entries for the sites whose rate is above 0, all alike but for site and rate. */
export function entriesAt(
  method: string,
  rates: Partial<Record<NoiseSite, number>>,
  like: Partial<NoiseEntry> = {},
): NoiseEntry[] {
  return Object.entries(rates)
    .filter(([site, rate]) => checkRate(method, site, rate) > 0)
    .map(([site, rate]) => noiseEntry({ ...like, site: site as NoiseSite, rate }));
}

/**
 * Returns `rate` if it is a probability of dropping.
 * @throws ConfigError naming the key and the value if it is outside [0, 1)
 */
export function checkRate(where: string, key: string, rate: number | undefined): number {
  if (rate === undefined) return 0;
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) {
    throw new ConfigError(
      `${where}: expected ${key} to be a probability of dropping, at least 0 and below 1, got ${rate}`,
    );
  }
  return rate;
}
