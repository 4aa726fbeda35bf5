/**
 * Scores of classifications, in float64, from the probabilities of N examples over K classes and the class that each has.
 * Conventions in the names: nll is a mean over examples in nats, brier a sum over classes (0 to 2), errors are shares.
 */

import { checkWhole } from '../checks.ts';
import { checkNumbers, checkOptionNames, checkWord } from '../options.ts';
import {
  argmax,
  checkClasses,
  checkDistributions,
  checkLength,
  checkOrdered,
  mean,
  type Rows,
} from './arrays.ts';

/**
 * Share of examples whose most probable class is the right one; of equal probabilities the first class counts.
 * @param probabilities [N][K]
 * @param target N classes, 0 to K - 1
 * @throws ConfigError or ShapeError for what are no distributions or no classes, as every function here
 */
export function accuracy(probabilities: Rows, target: ArrayLike<number>): number {
  check('accuracy', probabilities, target);
  return mean(probabilities.map((row, n) => (argmax(row) === target[n] ? 1 : 0)));
}

/** How often examples of class i were taken for class j: counts[i][j]. */
export function confusionMatrix(probabilities: Rows, target: ArrayLike<number>): number[][] {
  check('confusionMatrix', probabilities, target);
  const K = probabilities[0].length;
  const counts = Array.from({ length: K }, () => new Array<number>(K).fill(0));
  for (const [n, row] of probabilities.entries()) counts[target[n]][argmax(row)]++;
  return counts;
}

/**
 * Mean over the classes of F1 = 2 tp / (2 tp + fp + fn). A class that neither occurs nor is predicted counts 0.
 */
export function macroF1(probabilities: Rows, target: ArrayLike<number>): number {
  const counts = confusionMatrix(probabilities, target);
  return mean(
    counts.map((row, k) => {
      const predicted = counts.reduce((sum, other) => sum + other[k], 0);
      const actual = row.reduce((sum, count) => sum + count, 0);
      return predicted + actual === 0 ? 0 : (2 * row[k]) / (predicted + actual);
    }),
  );
}

/** Mean of -log p(target), in nats; infinite where a class that occurred had the probability 0. */
export function categoricalNll(probabilities: Rows, target: ArrayLike<number>): number {
  check('categoricalNll', probabilities, target);
  return mean(probabilities.map((row, n) => -Math.log(Math.max(0, row[target[n]]))));
}

/** Mean over examples of the sum over classes of (p - onehot)² (Brier 1950). */
export function brierScore(probabilities: Rows, target: ArrayLike<number>): number {
  check('brierScore', probabilities, target);
  return mean(
    probabilities.map((row, n) => {
      let sum = 0;
      for (let k = 0; k < row.length; k++) sum += (row[k] - (k === target[n] ? 1 : 0)) ** 2;
      return sum;
    }),
  );
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** examples in it */
  count: number;
  /** mean of their largest probabilities; NaN in an empty bin */
  confidence: number;
  /** share of them that were right; NaN in an empty bin */
  accuracy: number;
}

/** How examples are put into bins by their largest probability: bins [k/n, (k+1)/n), or runs of one length in its order. */
export type Binning = 'equal-width' | 'equal-mass';

/**
 * The bins of a reliability diagram. By equal mass the examples, sorted by confidence, are cut into runs, the first N mod bins of
 * them one longer; equally sure examples that a cut parts count as right in the share in which they all are, so that no order of the
 * rows makes a difference.
 * @param options.bins how many. @defaultValue 10
 */
export function reliabilityBins(
  probabilities: Rows,
  target: ArrayLike<number>,
  options: { binning?: Binning; bins?: number } = {},
): ReliabilityBin[] {
  checkOptionNames('reliabilityBins', options, ['binning', 'bins']);
  const { binning = 'equal-mass', bins = 10 } = options;
  check('reliabilityBins', probabilities, target);
  checkWhole('reliabilityBins', 'bins', bins, 1, 10_000);
  checkWord('reliabilityBins', 'binning', binning, ['equal-width', 'equal-mass']);
  const examples = confidences(probabilities, target);
  const groups: Example[][] = Array.from({ length: bins }, () => []);
  if (binning === 'equal-width') {
    for (const one of examples) groups[binOf(one.confidence, bins)].push(one);
  } else {
    const sorted = withSharedTies(examples.toSorted((a, b) => a.confidence - b.confidence));
    let from = 0;
    for (const [k, group] of groups.entries()) {
      const to = from + Math.floor(sorted.length / bins) + (k < sorted.length % bins ? 1 : 0);
      group.push(...sorted.slice(from, to));
      from = to;
    }
  }
  return groups.map((group) => ({
    count: group.length,
    confidence: mean(group.map(({ confidence }) => confidence)),
    accuracy: mean(group.map(({ right }) => right)),
  }));
}

/** Expected calibration error: sum over bins of count/N · |accuracy - confidence| (Naeini et al. 2015). */
export function expectedCalibrationError(
  probabilities: Rows,
  target: ArrayLike<number>,
  options: { binning?: Binning; bins?: number } = {},
): number {
  let sum = 0;
  for (const { count, confidence, accuracy } of reliabilityBins(probabilities, target, options)) {
    if (count > 0) sum += (count / probabilities.length) * Math.abs(accuracy - confidence);
  }
  return sum;
}

/** What answering only the surest examples would cost. */
export interface RiskCoverage {
  /** error rate among the k + 1 surest examples, k = 0 … N - 1 */
  risk: Float64Array;
  /** area under it: the mean over k (Geifman et al. 2019) */
  aurc: number;
  /** the area if all errors were the least sure ones */
  oracle: number;
}

/**
 * Error rate over coverage, surest first; of examples that are equally sure, the mean over all orders.
 * @param uncertainty of each example, larger is less sure; no NaN. @defaultValue minus its largest probability
 */
export function riskCoverage(
  probabilities: Rows,
  target: ArrayLike<number>,
  uncertainty?: ArrayLike<number>,
): RiskCoverage {
  check('riskCoverage', probabilities, target);
  if (uncertainty !== undefined) {
    checkNumbers('riskCoverage', 'uncertainty', uncertainty);
    checkLength('riskCoverage', 'uncertainty', uncertainty.length, probabilities.length);
    checkOrdered('riskCoverage', 'uncertainty', uncertainty);
  }
  const wrong = probabilities.map((row, n) => (argmax(row) === target[n] ? 0 : 1));
  const unsure = uncertainty ?? probabilities.map((row) => -row[argmax(row)]);
  const order = wrong.map((_, n) => n).sort((a, b) => unsure[a] - unsure[b]);
  const risk = riskOf(order, wrong, unsure);
  const oracle = cumulativeMean(wrong.toSorted((a, b) => a - b));
  return { risk, aurc: mean(risk), oracle: mean(oracle) };
}

// --- internal ---

interface Example {
  confidence: number;
  /** 1 or 0; of several that are equally sure, the share of them that are right */
  right: number;
}

/** Sorted examples, of which equally sure ones share what they got right. */
function withSharedTies(sorted: readonly Example[]): Example[] {
  const shared: Example[] = [];
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    const { confidence } = sorted[from];
    while (to < sorted.length && sorted[to].confidence === confidence) to++;
    const right = mean(sorted.slice(from, to).map((one) => one.right));
    for (let n = from; n < to; n++) shared.push({ confidence, right });
  }
  return shared;
}

/** The k of k/bins <= confidence < (k + 1)/bins. The product alone may round below: .29 · 100 is 28.999…, and .29 is 29/100. */
function binOf(confidence: number, bins: number): number {
  const k = Math.floor(confidence * bins);
  if ((k + 1) / bins <= confidence) return Math.min(bins - 1, k + 1);
  return Math.min(bins - 1, k / bins > confidence ? k - 1 : k);
}

function confidences(probabilities: Rows, target: ArrayLike<number>): Example[] {
  return probabilities.map((row, n) => {
    const best = argmax(row);
    return { confidence: row[best], right: best === target[n] ? 1 : 0 };
  });
}

function check(where: string, probabilities: Rows, target: ArrayLike<number>): void {
  checkDistributions(where, 'probabilities', probabilities);
  checkClasses(where, target, probabilities.length, probabilities[0].length);
}

/** Error rates over an order. Groups of equally unsure examples share their errors evenly: no order within one is better than another. */
function riskOf(order: readonly number[], wrong: readonly number[], unsure: ArrayLike<number>): Float64Array {
  const risk = new Float64Array(order.length);
  let before = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    let errors = wrong[order[from]];
    for (to = from + 1; to < order.length && unsure[order[to]] === unsure[order[from]]; to++)
      errors += wrong[order[to]];
    for (let k = from; k < to; k++) risk[k] = (before + (errors * (k + 1 - from)) / (to - from)) / (k + 1);
    before += errors;
  }
  return risk;
}

function cumulativeMean(values: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(values, (value, k) => {
    sum += value;
    return sum / (k + 1);
  });
}
