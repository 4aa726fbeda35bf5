/**
 * Temperature scaling: one number that makes the probabilities of a classifier as sure as it is right
 * (Guo et al. 2017, "On calibration of modern neural networks"). It changes no ranking of classes.
 */

import { ConfigError } from '../errors.ts';
import { checkNumber } from '../options.ts';
import { checkClasses, checkRows, type Rows } from '../scores/arrays.ts';
import { logSoftmax } from './log-space.ts';

/**
 * softmax(z / T) of every row.
 * @param logits [N][K]; of MC dropout the logarithms of the mean probabilities
 * @param temperature T > 0; above 1 less sure
 */
export function scaledByTemperature(logits: Rows, temperature: number): Float64Array[] {
  checkLogits('scaledByTemperature', logits);
  checkNumber('scaledByTemperature', 'temperature', temperature, { above: 0 });
  return logits.map((row) => logSoftmax(scaled(row, 1 / temperature)).map(Math.exp));
}

/**
 * The temperature that minimises the NLL of softmax(z / T), on examples that the model was neither trained nor chosen on.
 * The NLL is convex in 1/T: Newton's method on it, kept within [1/1000, 1000] (all right or all wrong examples have no minimum). Where every
 * class of every row is equally probable, or there is but one, no temperature makes a difference: 1.
 * @param logits [N][K]; of MC dropout the logarithms of the mean probabilities
 * @param target N classes, 0 to K - 1
 * @returns T
 * @throws ConfigError or ShapeError for what are no logits or classes
 */
export function fitTemperature(logits: Rows, target: ArrayLike<number>): number {
  checkLogits('fitTemperature', logits);
  checkClasses('fitTemperature', target, logits.length, logits[0].length);
  const impossible = logits.findIndex((row, n) => row[target[n]] === -Infinity);
  if (impossible >= 0) {
    throw new ConfigError(
      `fitTemperature: expected every class that occurred to be possible, got the logit -Infinity for that of row ${impossible}; no temperature makes its NLL finite`,
    );
  }
  if (logits.every(isFlat)) return 1;
  // The slope grows with 1/T: where it has one sign, the minimum is at that end of the range; else it lies between.
  let [low, high] = [1e-3, 1e3];
  if (slopeAt(low, logits, target).slope >= 0) return 1 / low;
  if (slopeAt(high, logits, target).slope <= 0) return 1 / high;
  let inverse = 1;
  for (let step = 0; step < 200; step++) {
    const { slope, curvature } = slopeAt(inverse, logits, target);
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    if (Math.abs(newton - inverse) <= 1e-13 * inverse || high - low <= 1e-13 * inverse) break;
    // A step out of the bracket, or none at all where the curve is flat, is halved instead, in logarithms.
    inverse = newton > low && newton < high ? newton : Math.sqrt(low * high);
  }
  return 1 / inverse;
}

// --- internal ---

/** Throws unless every row can be a distribution: no NaN, no +Infinity, one class at least that can be. */
function checkLogits(where: string, logits: unknown): asserts logits is Rows {
  checkRows(where, 'logits', logits);
  for (const [n, row] of logits.entries()) {
    let isPossible = false;
    for (let k = 0; k < row.length; k++) {
      if (row[k] > -Infinity && row[k] < Infinity) isPossible = true;
      else if (row[k] !== -Infinity) throw noLogits(where, `${row[k]} at row ${n}, class ${k}`);
    }
    if (!isPossible) throw noLogits(where, `no class that can be at row ${n}`);
  }
}

const noLogits = (where: string, got: string): ConfigError =>
  new ConfigError(
    `${where}: expected logits to be finite numbers, or -Infinity for a class that cannot be, got ${got}`,
  );

/** Whether all classes that can be have one logit. */
function isFlat(row: ArrayLike<number>): boolean {
  let first: number | undefined;
  for (let k = 0; k < row.length; k++) {
    if (row[k] === -Infinity) continue;
    first ??= row[k];
    if (row[k] !== first) return false;
  }
  return true;
}

function scaled(row: ArrayLike<number>, factor: number): Float64Array {
  return Float64Array.from(row, (z) => z * factor);
}

/** First and second derivative of the summed NLL by 1/T: mean of the logits under softmax minus that of the target; their variance. */
function slopeAt(
  inverse: number,
  logits: Rows,
  target: ArrayLike<number>,
): { slope: number; curvature: number } {
  let [slope, curvature] = [0, 0];
  for (const [n, row] of logits.entries()) {
    const log = logSoftmax(scaled(row, inverse));
    let [first, second] = [0, 0];
    for (let k = 0; k < row.length; k++) {
      const p = Math.exp(log[k]);
      // A class that cannot be, z = -Infinity, has no share.
      if (p === 0) continue;
      first += p * row[k];
      second += p * row[k] * row[k];
    }
    slope += first - row[target[n]];
    curvature += second - first * first;
  }
  return { slope, curvature };
}
