/**
 * Scores of forecasts that are distributions, in float64: quantiles, samples, Gaussians, and the intervals made of them.
 * A missing target (NaN) is not scored.
 */
import { checkFunction } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { normalCdf, normalDensity } from '../kernels/portable/gaussian.ts';
import { checkNumber, checkNumbers, checkOptionNames } from '../options.ts';
import { checkLength, checkRows, checkValues, mean, quantileOfSorted, type Rows } from './arrays.ts';

/**
 * Quantiles of a sample, between two draws on the line through both: position q (S - 1) of the sorted draws.
 * @throws ConfigError for a quantile outside 0 to 1, or draws that are not finite
 */
export function sampleQuantiles(draws: ArrayLike<number>, quantiles: readonly number[]): number[] {
  checkNumbers('sampleQuantiles', 'draws', draws);
  checkValues('sampleQuantiles', 'draws', draws, draws.length);
  checkNumbers('sampleQuantiles', 'quantiles', quantiles);
  if (draws.length === 0) throw new ShapeError('sampleQuantiles: expected at least one draw, got none');
  for (const q of quantiles) checkLevel('sampleQuantiles', 'a quantile', q, 0, 1);
  const sorted = Float64Array.from(draws).sort();
  return quantiles.map((q) => quantileOfSorted(sorted, q));
}

/** max(q (y - f), (q - 1)(y - f)): what forecasting the quantile q by f costs (Koenker and Bassett 1978). */
export function pinball(y: number, f: number, q: number): number {
  checkNumber('pinball', 'y', y);
  checkNumber('pinball', 'f', f);
  checkLevel('pinball', 'q', q, 0, 1);
  return Math.max(q * (y - f), (q - 1) * (y - f));
}

/**
 * Weighted quantile loss: mean over the quantiles of 2 Σ pinball / Σ |y|, sums over all series and steps; not finite where every target
 * is 0 or missing.
 * @param target N values (series and steps one behind the other)
 * @param forecasts [N][Q], the quantiles of each
 * @param quantiles Q of them. @defaultValue .1, .2, …, .9
 */
export function weightedQuantileLoss(
  target: ArrayLike<number>,
  forecasts: Rows,
  quantiles: readonly number[] = deciles,
): number {
  const where = 'weightedQuantileLoss';
  checkNumbers(where, 'target', target);
  checkNumbers(where, 'quantiles', quantiles);
  checkRows(where, 'forecasts', forecasts, quantiles.length);
  checkLength(where, 'forecasts', forecasts.length, target.length);
  for (const q of quantiles) checkLevel(where, 'a quantile', q, 0, 1);
  let [loss, size] = [0, 0];
  for (let n = 0; n < target.length; n++) {
    if (Number.isNaN(target[n])) continue;
    size += Math.abs(target[n]);
    for (const [k, q] of quantiles.entries()) loss += pinball(target[n], forecasts[n][k], q);
  }
  return (2 * loss) / quantiles.length / size;
}

/** The quantiles of {@link weightedQuantileLoss}. */
export const deciles: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Continuous ranked probability score of S draws: E|X - y| - E|X - X'|/2, expectations over all draws and all pairs
 * (Gneiting and Raftery 2007, eq. 20, 21); O(S log S) by the sorted draws.
 */
export function crpsOfSamples(y: number, draws: ArrayLike<number>): number {
  checkNumber('crpsOfSamples', 'y', y);
  checkNumbers('crpsOfSamples', 'draws', draws);
  checkValues('crpsOfSamples', 'draws', draws, draws.length);
  if (draws.length === 0) throw new ShapeError('crpsOfSamples: expected at least one draw, got none');
  const S = draws.length;
  const sorted = Float64Array.from(draws).sort();
  let [distance, spread] = [0, 0];
  for (let s = 0; s < S; s++) {
    distance += Math.abs(sorted[s] - y);
    // Sum over pairs |x_i - x_j| = 2 sum of x_s (2 s - S + 1) over the sorted draws, from y on, which keeps the digits of draws far from 0.
    spread += (sorted[s] - y) * (2 * s - S + 1);
  }
  return distance / S - spread / (S * S);
}

/** Continuous ranked probability score of a Gaussian, in closed form (Gneiting and Raftery 2007, eq. 5 with its sign turned). */
export function crpsOfGaussian(y: number, mean: number, deviation: number): number {
  checkGaussian('crpsOfGaussian', y, mean, deviation);
  const z = (y - mean) / deviation;
  return deviation * (z * (2 * normalCdf(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI));
}

/** -log N(y; mean, deviation²), the constant ½ log 2π included, in nats. */
export function gaussianLogScore(y: number, mean: number, deviation: number): number {
  checkGaussian('gaussianLogScore', y, mean, deviation);
  const z = (y - mean) / deviation;
  return 0.5 * z * z + Math.log(deviation) + 0.5 * Math.log(2 * Math.PI);
}

/** Intervals that should hold a share of what comes: N lower ends and N upper ends. */
export interface Intervals {
  lower: ArrayLike<number>;
  upper: ArrayLike<number>;
}

/** What intervals are worth. */
export interface IntervalScores {
  /** share of the targets inside, ends included */
  coverage: number;
  /** mean of upper - lower */
  width: number;
  /** share of the series of which every step lies inside */
  jointCoverage: number;
}

/**
 * Coverage and width of intervals over series.
 * @param target N values, series after series
 * @param options.horizon steps of a series. @defaultValue 1: every value is a series of its own
 */
export function intervalScores(
  target: ArrayLike<number>,
  intervals: Intervals,
  options: { horizon?: number } = {},
): IntervalScores {
  const where = 'intervalScores';
  checkOptionNames(where, intervals, ['lower', 'upper']);
  checkOptionNames(where, options, ['horizon']);
  const { lower, upper } = intervals;
  const { horizon = 1 } = options;
  checkNumbers(where, 'target', target);
  for (const [name, ends] of Object.entries({ lower, upper })) {
    checkNumbers(where, name, ends);
    checkLength(where, name, ends.length, target.length);
  }
  if (!Number.isInteger(horizon) || horizon < 1 || target.length % horizon !== 0) {
    throw new ShapeError(
      `${where}: expected a horizon that divides the ${target.length} targets, got ${found(horizon)}`,
    );
  }
  let [inside, scored, width, series, whole] = [0, 0, 0, 0, 0];
  for (let from = 0; from < target.length; from += horizon) {
    let [hits, steps] = [0, 0];
    for (let n = from; n < from + horizon; n++) {
      if (Number.isNaN(target[n])) continue;
      steps++;
      if (Number.isNaN(lower[n]) || Number.isNaN(upper[n])) throw noEnds(where, n);
      width += upper[n] - lower[n];
      if (target[n] >= lower[n] && target[n] <= upper[n]) hits++;
    }
    inside += hits;
    scored += steps;
    if (steps === 0) continue;
    series++;
    if (hits === steps) whole++;
  }
  return { coverage: inside / scored, width: width / scored, jointCoverage: whole / series };
}

/** The mean over targets that were observed. */
export function meanOverObserved(target: ArrayLike<number>, score: (y: number, n: number) => number): number {
  checkNumbers('meanOverObserved', 'target', target);
  checkFunction('meanOverObserved', 'score', score);
  const scores: number[] = [];
  for (let n = 0; n < target.length; n++) if (!Number.isNaN(target[n])) scores.push(score(target[n], n));
  return mean(scores);
}

// --- internal ---

function checkGaussian(where: string, y: number, mean: number, deviation: number): void {
  checkNumber(where, 'y', y);
  checkNumber(where, 'mean', mean);
  checkNumber(where, 'deviation', deviation, { above: 0 });
}

const noEnds = (where: string, n: number): ConfigError =>
  new ConfigError(
    `${where}: expected two ends of an interval where there is a target, got NaN at element ${n}; make the target NaN where nothing was forecast`,
  );

function checkLevel(where: string, name: string, q: unknown, from: number, to: number): void {
  if (typeof q === 'number' && q >= from && q <= to) return;
  throw new ConfigError(`${where}: expected ${name} from ${from} to ${to}, got ${found(q)}`);
}
