/**
 * Split conformal prediction: intervals and sets that hold the truth with a stated probability, whatever the model, from
 * the scores of examples kept for it (Vovk et al. 2005; Lei et al. 2018). The promise is marginal: over examples that are exchangeable
 * with those kept, on average, not for each kind of example.
 */
import { checkFlag, checkWhole, isObject } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber, checkNumbers, checkOptionNames, checkWord } from '../options.ts';
import {
  checkClasses,
  checkDistributions,
  checkLength,
  checkOrdered,
  checkValues,
  type Rows,
} from '../scores/arrays.ts';
import type { Intervals } from '../scores/probabilistic-forecast.ts';

/**
 * The ceil((n + 1)(1 - alpha))-th smallest of n scores: a new exchangeable score is at most that with probability 1 - alpha or more.
 * Infinity where that rank is beyond n (too few scores for so small an alpha), -Infinity where it is below 1.
 * @param scores larger is worse; at least one
 * @param alpha the share that may be missed
 */
export function conformalQuantile(scores: ArrayLike<number>, alpha: number): number {
  checkNumbers('conformalQuantile', 'scores', scores);
  checkOrdered('conformalQuantile', 'scores', scores);
  checkNumber('conformalQuantile', 'alpha', alpha);
  return quantileOfRank(Float64Array.from(scores).sort(), alpha);
}

/** What {@link fitConformalIntervals} found: half widths, in units of the deviations where those were given. */
export interface ConformalIntervals {
  /** the share that may be missed */
  alpha: number;
  /** of every step of the horizon; Infinity where too few examples were kept */
  radius: Float64Array;
  /** one for all steps: with it a share 1 - alpha of the horizons lies inside as a whole */
  jointRadius: number;
  /** whether scores were divided by a predicted deviation */
  normalised: boolean;
  /** examples kept for every step */
  examples: number[];
}

/**
 * Radii of intervals from the errors of N predictions over a horizon.
 *
 *   score   |y - f|, or |y - f| / s where predicted deviations s are given
 *   radius  of each step the conformal quantile of its scores; joint: that of the largest score of each horizon
 *
 * Without deviations the step that misses most decides the joint radius of all. Missing targets (NaN) give no score; a horizon that
 * misses some is left out of the joint one.
 * @param target N values, example after example, `horizon` each
 * @param prediction N values
 * @param options.deviation N predicted deviations, above 0
 * @param options.alpha @defaultValue .1: intervals of 90 %
 * @param options.horizon steps of an example. @defaultValue 1
 */
export function fitConformalIntervals(
  target: ArrayLike<number>,
  prediction: ArrayLike<number>,
  options: { deviation?: ArrayLike<number>; alpha?: number; horizon?: number } = {},
): ConformalIntervals {
  const where = 'fitConformalIntervals';
  checkOptionNames(where, options, ['deviation', 'alpha', 'horizon']);
  const { deviation, alpha = 0.1, horizon = 1 } = options;
  checkNumbers(where, 'target', target);
  checkValues(where, 'prediction', prediction, target.length);
  checkDeviation(where, deviation, target.length);
  checkNumber(where, 'alpha', alpha, { above: 0, below: 1 });
  checkWhole(where, 'horizon', horizon, 1);
  const N = target.length / horizon;
  if (!Number.isInteger(N) || N === 0) {
    throw new ShapeError(
      `${where}: expected a horizon that divides the ${target.length} targets, got ${horizon}`,
    );
  }
  const score = (n: number) => Math.abs(target[n] - prediction[n]) / (deviation?.[n] ?? 1);
  const byStep = Array.from({ length: horizon }, (_, h) =>
    Float64Array.from({ length: N }, (_, n) => score(n * horizon + h))
      .filter((value) => !Number.isNaN(value))
      .sort(),
  );
  const radius = Float64Array.from(byStep, (scores) => quantileOfRank(scores, alpha));
  const joint = Array.from({ length: N }, (_, n) => {
    let worst = 0;
    for (let h = 0; h < horizon; h++) worst = worse(worst, score(n * horizon + h));
    return worst;
  }).filter((value) => !Number.isNaN(value));
  return {
    alpha,
    radius,
    jointRadius: quantileOfRank(Float64Array.from(joint).sort(), alpha),
    normalised: deviation !== undefined,
    examples: byStep.map((scores) => scores.length),
  };
}

/**
 * prediction ± radius of the step, times the predicted deviation where the radii are normalised.
 * @param fitted of {@link fitConformalIntervals}, also as JSON has it, `radius` an array
 * @param options.joint the radius that holds whole horizons
 */
export function conformalIntervals(
  fitted: Omit<ConformalIntervals, 'radius'> & { readonly radius: ArrayLike<number> },
  prediction: ArrayLike<number>,
  options: { deviation?: ArrayLike<number>; joint?: boolean } = {},
): Intervals {
  const where = 'conformalIntervals';
  checkOptionNames(where, options, ['deviation', 'joint']);
  const { deviation, joint = false } = options;
  checkFlag(where, 'joint', joint);
  if (!isObject(fitted) || !('radius' in fitted)) {
    throw new ConfigError(`${where}: expected what fitConformalIntervals gives, got ${found(fitted)}`);
  }
  checkFitted(where, 'radius', fitted.radius);
  if (fitted.radius.length === 0)
    throw new ShapeError(`${where}: expected a radius for every step, got none`);
  checkFitted(where, 'jointRadius', [fitted.jointRadius]);
  checkNumbers(where, 'prediction', prediction);
  checkDeviation(where, deviation, prediction.length);
  if (fitted.normalised !== (deviation !== undefined)) {
    throw new ShapeError(
      fitted.normalised
        ? `${where}: the radii are in units of predicted deviations; give those of the predictions`
        : `${where}: the radii are not in units of deviations; fit them with deviations to use some`,
    );
  }
  const horizon = fitted.radius.length;
  if (prediction.length % horizon !== 0) {
    throw new ShapeError(
      `${where}: expected whole horizons of ${horizon} steps, as the radii were fitted on, got ${prediction.length} predictions`,
    );
  }
  const half = Float64Array.from(
    prediction,
    (_, n) => (joint ? fitted.jointRadius : fitted.radius[n % horizon]) * (deviation?.[n] ?? 1),
  );
  return {
    lower: Float64Array.from(prediction, (f, n) => f - half[n]),
    upper: Float64Array.from(prediction, (f, n) => f + half[n]),
  };
}

/** How a class is scored: 1 - p(class), or the probability of all classes at least as probable, its own share drawn (adaptive prediction sets). */
export type SetScore = 'threshold' | 'adaptive';

/** What {@link fitPredictionSets} found. */
export interface PredictionSets {
  alpha: number;
  score: SetScore;
  /** classes up to this score are in the set */
  threshold: number;
  /** examples kept for it */
  examples: number;
}

/**
 * The threshold of sets of classes that hold the right one with probability 1 - alpha.
 * `threshold` makes the smallest sets on average (Sadinle et al. 2019), `adaptive` larger ones where the model is unsure (Romano et al. 2020), with
 * a number drawn for each example so that coverage is exact.
 * @param probabilities [N][K]
 * @param target N classes
 * @param options.uniform N numbers from [0, 1), one an example: `adaptive` needs them
 */
export function fitPredictionSets(
  probabilities: Rows,
  target: ArrayLike<number>,
  options: { alpha?: number; score?: SetScore; uniform?: ArrayLike<number> } = {},
): PredictionSets {
  const where = 'fitPredictionSets';
  checkOptionNames(where, options, ['alpha', 'score', 'uniform']);
  const { alpha = 0.1, score = 'adaptive', uniform } = options;
  checkWord(where, 'score', score, ['threshold', 'adaptive']);
  checkDistributions(where, 'probabilities', probabilities);
  checkClasses(where, target, probabilities.length, probabilities[0].length);
  checkNumber(where, 'alpha', alpha, { above: 0, below: 1 });
  checkUniform(where, score, uniform, probabilities.length);
  const scores = probabilities.map((row, n) => classScores(row, score, uniform?.[n] ?? 0)[target[n]]);
  return { alpha, score, threshold: conformalQuantile(scores, alpha), examples: scores.length };
}

/**
 * The set of classes of every row, most probable first; it may be empty.
 * @param uniform one number from [0, 1) a row, independent of the row: `adaptive` needs them
 */
export function predictionSets(
  fitted: PredictionSets,
  probabilities: Rows,
  uniform?: ArrayLike<number>,
): number[][] {
  checkDistributions('predictionSets', 'probabilities', probabilities);
  if (!isObject(fitted) || !('threshold' in fitted)) {
    throw new ConfigError(`predictionSets: expected what fitPredictionSets gives, got ${found(fitted)}`);
  }
  checkFitted('predictionSets', 'threshold', [fitted.threshold]);
  checkUniform('predictionSets', fitted.score, uniform, probabilities.length);
  return probabilities.map((row, n) => {
    const scores = classScores(row, fitted.score, uniform?.[n] ?? 0);
    return mostProbable(row).filter((k) => scores[k] <= fitted.threshold);
  });
}

// --- internal ---

/** The score of ascending ones that the rank of alpha picks. */
export function quantileOfRank(sorted: ArrayLike<number>, alpha: number): number {
  // (n + 1)(1 - alpha) may miss a whole number by rounding: 1.0000000002 must not ask for the second.
  const rank = Math.ceil((sorted.length + 1) * (1 - alpha) - 1e-9);
  if (rank < 1) return -Infinity;
  return rank > sorted.length ? Infinity : sorted[rank - 1];
}

/** Throws ConfigError unless these are numbers and none is NaN: JSON has no Infinity, the radius of too few examples, and writes null. */
function checkFitted(where: string, name: string, values: unknown): void {
  const lost = Array.isArray(values) ? values.indexOf(null) : -1;
  if (lost >= 0) {
    throw new ConfigError(
      `${where}: expected ${name} to be numbers, got null at element ${lost}; JSON writes Infinity as null, put Infinity in its place`,
    );
  }
  checkNumbers(where, name, values);
  checkOrdered(where, name, values);
}

function worse(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b);
}

function checkDeviation(where: string, deviation: ArrayLike<number> | undefined, length: number): void {
  if (deviation === undefined) return;
  checkNumbers(where, 'deviation', deviation);
  checkLength(where, 'deviation', deviation.length, length);
  for (let n = 0; n < length; n++) checkNumber(where, `deviation[${n}]`, deviation[n], { above: 0 });
}

function checkUniform(where: string, score: SetScore, uniform: unknown, length: number): void {
  if (score === 'threshold') return;
  if (uniform === undefined) {
    throw new ShapeError(
      `${where}: expected uniform numbers, one an example, for adaptive sets; draw them by new NoiseStream(seed), or use score 'threshold'`,
    );
  }
  checkNumbers(where, 'uniform', uniform);
  checkLength(where, 'uniform', uniform.length, length);
  for (let n = 0; n < length; n++) {
    // float32 may have rounded to 1. Negated so that NaN is refused.
    if (!(uniform[n] >= 0 && uniform[n] <= 1)) {
      throw new ConfigError(
        `${where}: expected uniform numbers from 0 to 1, got ${uniform[n]} at element ${n}; draw them by new NoiseStream(seed)`,
      );
    }
  }
}

function mostProbable(row: ArrayLike<number>): number[] {
  return Array.from(row, (_, k) => k).sort((a, b) => row[b] - row[a]);
}

function classScores(row: ArrayLike<number>, score: SetScore, u: number): Float64Array {
  if (score === 'threshold') return Float64Array.from(row, (p) => 1 - p);
  const scores = new Float64Array(row.length);
  let before = 0;
  for (const k of mostProbable(row)) {
    scores[k] = before + u * row[k];
    before += row[k];
  }
  return scores;
}
