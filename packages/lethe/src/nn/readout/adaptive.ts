/**
 * The readout over very large vocabularies in two steps: the most frequent classes and one entry for each cluster of
 * rarer ones first, then the classes within the cluster, so that a row multiplies with the tables it needs. Classes are
 * numbered by falling frequency. A cluster's classes are rows of the same table as all others, which can so be tied.
 *
 *   log p(k) = log softmax([W_head; V] x + [b_head; a])_k                              k below the first cutoff
 *   log p(k) = log softmax(…)_(entry of c) + log softmax(W_c x + b_c)_k                 k in cluster c
 *
 * Grave, Joulin, Cisse, Grangier, Jegou 2017, Efficient softmax approximation for GPUs; with one width for all classes, as
 * Merity, Keskar, Socher 2017 have it.
 */

import { adoptGradient, gradientOf, needsGradient, recordOperation } from '../../autograd/tape.ts';
import { checkArray, checkWhole } from '../../checks.ts';
import { ConfigError } from '../../errors.ts';
import { shown } from '../../found.ts';
import { kernels } from '../../kernels/engine.ts';
import { checkOptionNames } from '../../options.ts';
import { checkTensor } from '../../tensor/check.ts';
import { type Real, realFrom } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, type Tensor } from '../../tensor/tensor.ts';
import type { AdaptiveParameters } from './table.ts';

/**
 * Where Merity et al. (2017, their code) cut a vocabulary: nowhere up to 75,000 words, at 2,800, 20,000 and 76,000 up to
 * 500,000, beyond at 4,200, 35,000 and 180,000.
 * @throws ConfigError for what is no number of classes
 */
export function adaptiveCutoffs(classes: number): number[] {
  checkWhole('adaptiveCutoffs', 'classes', classes);
  if (classes <= 75_000) return [];
  const cutoffs = classes <= 500_000 ? [2_800, 20_000, 76_000] : [4_200, 35_000, 180_000];
  return cutoffs.filter((cutoff) => cutoff < classes);
}

/** Throws ConfigError unless cutoffs ascend within a table of so many classes, and ShapeError for entries that do not fit them. */
export function checkClusters({ weight, clusters }: AdaptiveParameters): void {
  const where = 'adaptive readout';
  checkOptionNames(where, clusters, ['cutoffs', 'weight', 'bias']);
  const { cutoffs, ...entries } = clusters;
  checkArray(where, 'cutoffs', cutoffs, 'numbers of classes');
  checkTensor(where, 'the entries of clusters', entries.weight);
  checkTensor(where, 'the bias of clusters', entries.bias);
  const [K, I] = weight.shape;
  const isFine = cutoffs.every(
    (cutoff, c) => Number.isInteger(cutoff) && cutoff > (cutoffs[c - 1] ?? 0) && cutoff < K,
  );
  if (!isFine || cutoffs.length === 0) {
    throw new ConfigError(
      `adaptive readout: expected cutoffs that ascend between 1 and ${K - 1}, found [${cutoffs.slice(0, 16).map(shown).join(', ')}]`,
    );
  }
  expectShape('adaptive readout', 'the entries of clusters', entries.weight.shape, [cutoffs.length, I]);
  expectShape('adaptive readout', 'the bias of clusters', entries.bias.shape, [cutoffs.length]);
}

/** What {@link adaptiveNll} reads: rows and targets that were checked. */
export interface ReadoutRows {
  M: number;
  /** [M, features] */
  x: Real;
  targets: Int32Array;
  stepMask?: Real;
  /** of the gradients */
  scale: number;
}

/** The negative log-likelihood of every row, 0 where it does not count, recorded as the sum of scale * rows in `loss`. */
export function adaptiveNll(
  x: Tensor,
  parameters: AdaptiveParameters,
  rows: ReadoutRows,
  loss: Tensor,
): Real {
  const { weight, bias, clusters } = parameters;
  const [K, I] = weight.shape;
  const { M, targets } = rows;
  const spans = spansOf(clusters.cutoffs, K);
  /** the cluster of each row's target, -1 for the first step's own classes */
  const clusterOf = targets.map((target) => spans.findLastIndex(({ from }) => target >= from));
  const head = headOf(parameters);
  const rowLoss = allocate(M);
  const own = ownGradients(x, parameters, head.K);
  kernels().readoutNll({
    I,
    K: head.K,
    w: head.weight,
    bias: head.bias,
    rowLoss,
    ...rows,
    targets: targets.map((target, m) => (clusterOf[m] === -1 ? target : head.words + clusterOf[m])),
    dx: own.dx,
    dw: own.dhead,
    dbias: own.dheadBias,
  });
  own.dw?.set(own.dhead!.subarray(0, head.words * I));
  own.dbias?.set(own.dheadBias!.subarray(0, head.words));
  for (const [c, span] of spans.entries()) {
    const numbers = Int32Array.from(targets.keys()).filter(
      (m) => clusterOf[m] === c && rows.stepMask?.[m] !== 0,
    );
    addCluster({ parameters, rows, own, rowLoss }, span, numbers);
  }
  const inputs = [x, weight, clusters.weight, clusters.bias];
  recordOperation(loss, bias ? [...inputs, bias] : inputs, () => {
    const by = gradientOf(loss)[0];
    const give = (tensor: Tensor | undefined, gradient: Real | undefined): void => {
      if (tensor && gradient && needsGradient(tensor)) adoptGradient(tensor, gradient, by);
    };
    give(x, own.dx);
    give(weight, own.dw);
    give(bias, own.dbias);
    give(clusters.weight, own.dhead?.slice(head.words * I) as Real | undefined);
    give(clusters.bias, own.dheadBias?.slice(head.words) as Real | undefined);
  });
  return rowLoss;
}

/** Adds factor * `gradient`, of the table that {@link headOf} makes, to the gradients of those that it is made of. */
export function addHeadGradient(
  { weight, clusters }: AdaptiveParameters,
  gradient: Real,
  factor: number,
): void {
  const end = clusters.cutoffs[0] * weight.shape[1];
  const add = (tensor: Tensor, a: Real): void => {
    if (!needsGradient(tensor)) return;
    const target = gradientOf(tensor).subarray(0, a.length) as Real;
    kernels().addDifference({ n: a.length, a, factor, target });
  };
  add(weight, gradient.subarray(0, end) as Real);
  add(clusters.weight, gradient.subarray(end) as Real);
}

/** Log probabilities of all classes, [M, K], which stand for logits: their softmax is themselves. */
export function adaptiveLogProbabilities(x: Tensor, parameters: AdaptiveParameters): Real {
  const { weight, bias, clusters } = parameters;
  const [K, I] = weight.shape;
  const M = x.size / I;
  const head = headOf(parameters);
  const all = allocate(M * K);
  const first = product(x.data, { M, I, K: head.K, w: head.weight, bias: head.bias });
  logSoftmaxRows(first, head.K);
  for (let m = 0; m < M; m++) {
    all.set(first.subarray(m * head.K, m * head.K + head.words), m * K);
  }
  for (const [c, { from, to }] of spansOf(clusters.cutoffs, K).entries()) {
    const w = weight.data.subarray(from * I, to * I) as Real;
    const part = { M, I, K: to - from, w, bias: bias?.data.subarray(from, to) as Real | undefined };
    const within = product(x.data, part);
    logSoftmaxRows(within, to - from);
    for (let m = 0; m < M; m++) {
      const entry = first[m * head.K + head.words + c];
      for (let k = from; k < to; k++) all[m * K + k] = entry + within[m * (to - from) + k - from];
    }
  }
  return all;
}

/** The table of the first step: a copy of the frequent classes' rows and the clusters' entries. */
export function headOf({ weight, bias, clusters }: AdaptiveParameters): {
  words: number;
  K: number;
  weight: Real;
  bias: Real;
} {
  const words = clusters.cutoffs[0];
  const K = words + clusters.cutoffs.length;
  const I = weight.shape[1];
  const head = { words, K, weight: allocate(K * I), bias: allocate(K) };
  head.weight.set(weight.data.subarray(0, words * I));
  head.weight.set(clusters.weight.data, words * I);
  if (bias) head.bias.set(bias.data.subarray(0, words));
  else head.bias.fill(0, 0, words);
  head.bias.set(clusters.bias.data, words);
  return head;
}

// --- internal ---

/** Gradients that the passes write, where somebody needs them; the first step's table has one of its own. */
function ownGradients(x: Tensor, { weight, bias, clusters }: AdaptiveParameters, headClasses: number) {
  const isHead = [weight, bias, clusters.weight, clusters.bias].some((one) => one && needsGradient(one));
  return {
    dx: needsGradient(x) ? allocate(x.size) : undefined,
    dw: needsGradient(weight) ? allocate(weight.size) : undefined,
    dbias: bias && needsGradient(bias) ? allocate(bias.size) : undefined,
    dhead: isHead ? allocate(headClasses * weight.shape[1]) : undefined,
    dheadBias: isHead ? allocate(headClasses) : undefined,
  };
}

interface Passes {
  parameters: AdaptiveParameters;
  rows: ReadoutRows;
  own: ReturnType<typeof ownGradients>;
  rowLoss: Real;
}

/** The second step of the rows `numbers`, whose targets lie in one cluster. */
function addCluster(
  { parameters: { weight, bias }, rows: { M, x, targets, stepMask, scale }, own, rowLoss }: Passes,
  { from, to }: Span,
  numbers: Int32Array,
): void {
  const I = weight.shape[1];
  const part = {
    w: weight.data.subarray(from * I, to * I) as Real,
    bias: bias?.data.subarray(from, to) as Real | undefined,
    dw: own.dw?.subarray(from * I, to * I) as Real | undefined,
    dbias: own.dbias?.subarray(from, to) as Real | undefined,
  };
  const n = numbers.length;
  if (n === 0) {
    part.dw?.fill(0);
    part.dbias?.fill(0);
    return;
  }
  const near = { rows: allocate(n * I), loss: allocate(n), dx: own.dx && allocate(n * I) };
  const place = { M: n, n: I, V: M, numbers };
  kernels().gatherRows({ ...place, table: x, rows: near.rows });
  kernels().readoutNll({
    M: n,
    I,
    K: to - from,
    x: near.rows,
    targets: numbers.map((m) => targets[m] - from),
    stepMask: stepMask && realFrom(Array.from(numbers, (m) => stepMask[m])),
    rowLoss: near.loss,
    scale,
    dx: near.dx,
    ...part,
  });
  if (own.dx && near.dx) kernels().scatterRows({ ...place, table: own.dx, rows: near.dx });
  for (let i = 0; i < n; i++) rowLoss[numbers[i]] += near.loss[i];
}

/** Classes `from` to `to - 1` of a cluster. */
interface Span {
  from: number;
  to: number;
}

function spansOf(cutoffs: readonly number[], classes: number): Span[] {
  return cutoffs.map((from, c) => ({ from, to: cutoffs[c + 1] ?? classes }));
}

function product(
  x: Real,
  { M, I, K, w, bias }: { M: number; I: number; K: number; w: Real; bias?: Real },
): Real {
  const c = allocate(M * K);
  kernels().matmul({ m: M, n: K, k: I, a: x, b: w, transposeB: true, bias, c });
  return c;
}

function logSoftmaxRows(z: Real, K: number): void {
  for (let at = 0; at < z.length; at += K) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = at; k < at + K; k++) if (z[k] > largest) largest = z[k];
    let sum = 0;
    for (let k = at; k < at + K; k++) sum += Math.exp(z[k] - largest);
    const log = largest + Math.log(sum);
    for (let k = at; k < at + K; k++) z[k] -= log;
  }
}
