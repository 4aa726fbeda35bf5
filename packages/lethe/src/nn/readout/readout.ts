/**
 * The readout of language models: a linear layer over many classes and its categorical loss in one operation, which
 * goes through the rows in stretches and makes the gradients on the way, so that [time, batch, K] logits never
 * exist. The weight has a row for each class, as an embedding has it, so that both can be one table.
 */

import { finiteRows, takeRows } from '../../autograd/ops/rows.ts';
import { adoptGradient, gradientOf, needsGradient, recordOperation } from '../../autograd/tape.ts';
import { checkIntegers } from '../../checks.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { kernels } from '../../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../../options.ts';
import { checkOptionalTensor, checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, shapeText, Tensor } from '../../tensor/tensor.ts';
import { classTargets } from '../losses/class-targets.ts';
import type { SequenceLoss } from '../losses/losses.ts';
import { countedRows, countedSteps, partialMask, type StepMask } from '../losses/step-mask.ts';
import {
  adaptiveLogProbabilities,
  adaptiveNll,
  addHeadGradient,
  checkClusters,
  headOf,
  type ReadoutRows,
} from './adaptive.ts';
import type { AdaptiveParameters, ReadoutParameters } from './table.ts';

/** The loss, and the negative log-likelihood of every row, not smoothed, 0 where a step does not count. */
export interface ReadoutLoss extends SequenceLoss {
  rowLoss: Real;
}

/** Options of {@link readoutNll}. */
export interface ReadoutNllOptions {
  /** 1 counts, 0 does not. @defaultValue all steps count */
  stepMask?: StepMask;
  /** factor of the loss, not of `sum`: the number of steps makes it the sum over time of the mean over the batch. @defaultValue 1 */
  factor?: number;
  /**
   * e of label smoothing (Szegedy et al. 2016, section 7): the loss is (1 - e) nll + e mean_k(-log p_k); `sum` and `rowLoss` stay those of
   * nll. With clusters there is none. @defaultValue 0
   */
  smoothing?: number;
}

/**
 * factor * mean over the steps that count of log sum_k exp(z_k) - z_target, z = x weight^T + bias; natural log. On steps that do
 * not count x and targets may be anything.
 * @param x [.., features]
 * @param targets one class for each row of x
 * @throws ShapeError; DataError for a class that is not there on a step that counts, or if no step counts; ConfigError for cutoffs that do not
 * ascend, or smoothing with clusters
 */
export function readoutNll(
  x: Tensor,
  parameters: ReadoutParameters,
  targets: Int32Array,
  options: ReadoutNllOptions = {},
): ReadoutLoss {
  checkOptionNames('readoutNll', options, ['stepMask', 'factor', 'smoothing']);
  const { stepMask, factor = 1, smoothing = 0 } = options;
  checkNumber('readoutNll', 'factor', factor);
  checkNumber('readoutNll', 'smoothing', smoothing, { from: 0, below: 1 });
  const call = checkRows(x, parameters, targets, stepMask);
  const { M, count, classes } = call;
  const loss = new Tensor([], allocate(1));
  const rows = {
    M,
    targets: classes,
    stepMask: call.stepMask,
    scale: factor / count,
    x: readRows(x, call.stepMask),
  };
  if (isAdaptive(parameters) && smoothing !== 0) {
    throw new ConfigError(
      'readoutNll: expected smoothing 0 with clusters, whose classes are never all looked at, got ' +
        `${smoothing}; leave the clusters out`,
    );
  }
  const { rowLoss, rowNll } = isAdaptive(parameters)
    ? sameLosses(adaptiveNll(x, parameters, rows, loss))
    : wholeNll(x, parameters, rows, smoothing, loss);
  let [sum, smoothed] = [0, 0];
  for (let m = 0; m < M; m++) {
    sum += rowNll[m];
    smoothed += rowLoss[m];
  }
  loss.data[0] = (factor * smoothed) / count;
  return { loss, sum, count, rowLoss: rowNll };
}

/**
 * kappa * mean((z_a - z_b)²) over all logits of two runs on the steps that count, the penalty of fraternal dropout (Zolna et al. 2017): the bias
 * cancels, so it is kappa mean(((a - b) weight^T)²). With clusters the logits are those of the first step, which every row has.
 * @param a [.., features]
 * @param b as a
 * @param stepMask @defaultValue all steps count
 * @throws ShapeError
 */
export function readoutDistance(
  a: Tensor,
  b: Tensor,
  parameters: ReadoutParameters,
  kappa: number,
  stepMask?: StepMask,
): Tensor {
  checkReadout('readoutDistance', a, parameters);
  checkTensor('readoutDistance', 'b', b);
  checkNumber('readoutDistance', 'kappa', kappa);
  const { weight } = parameters;
  const I = weight.shape[1];
  expectShape('readoutDistance', 'the second run', b.shape, a.shape);
  const mask = partialMask('readoutDistance', a, stepMask);
  if (mask) {
    const rows = countedRows(mask);
    return readoutDistance(takeRows(a, rows), takeRows(b, rows), parameters, kappa);
  }
  const M = a.size / I;
  const difference = allocate(a.size);
  difference.set(a.data);
  kernels().addDifference({ n: a.size, a: b.data, factor: -1, target: difference });
  const w = isAdaptive(parameters) ? headOf(parameters).weight : weight.data;
  const K = w.length / I;
  const isWanted = needsGradient(a) || needsGradient(b);
  const own = {
    dx: isWanted ? allocate(a.size) : undefined,
    dw: needsGradient(weight) ? allocate(w.length) : undefined,
  };
  const scale = M === 0 ? 0 : kappa / (M * K);
  const sum = kernels().readoutSquares({ M, I, K, x: difference, w, scale, ...own });
  const loss = new Tensor([], allocate(1));
  loss.data[0] = scale * sum;
  recordOperation(loss, [a, b, weight], () => {
    const by = gradientOf(loss)[0];
    if (own.dx && needsGradient(b)) {
      kernels().addDifference({ n: b.size, a: own.dx, factor: -by, target: gradientOf(b) });
    }
    if (own.dx && needsGradient(a)) adoptGradient(a, own.dx, by);
    if (!own.dw) return;
    if (isAdaptive(parameters)) addHeadGradient(parameters, own.dw, by);
    else adoptGradient(weight, own.dw, by);
  });
  return loss;
}

/**
 * x weight^T + bias, without a gradient: for evaluation and sampling. With clusters these are log probabilities.
 * @param x [.., features]
 * @returns [.., classes]
 * @throws ShapeError
 */
export function readoutLogits(x: Tensor, parameters: ReadoutParameters): Tensor {
  checkReadout('readoutLogits', x, parameters);
  const { weight, bias } = parameters;
  const [K, I] = weight.shape;
  if (isAdaptive(parameters)) {
    return new Tensor([...x.shape.slice(0, -1), K], adaptiveLogProbabilities(x, parameters));
  }
  const m = x.size / I;
  const z = new Tensor([...x.shape.slice(0, -1), K], allocate(m * K));
  kernels().matmul({
    m,
    n: K,
    k: I,
    a: x.data,
    b: weight.data,
    transposeB: true,
    bias: bias?.data,
    c: z.data,
  });
  return z;
}

// --- internal ---

const isAdaptive = (parameters: ReadoutParameters): parameters is AdaptiveParameters =>
  parameters.clusters !== undefined;

/** The rows of x as the kernels read them: zeros for what is not finite in rows that do not count. */
function readRows(x: Tensor, mask: Real | undefined): Real {
  const idle = mask ? Array.from(mask.keys()).filter((m) => mask[m] === 0) : [];
  return finiteRows(x.data, x.shape[x.shape.length - 1], idle);
}

/** Losses of every row, and the same without smoothing. */
interface RowLosses {
  rowLoss: Real;
  rowNll: Real;
}

const sameLosses = (rowLoss: Real): RowLosses => ({ rowLoss, rowNll: rowLoss });

/** One softmax over all classes: the loss of every row, recorded as the sum of scale * rows in `loss`. */
function wholeNll(
  x: Tensor,
  { weight, bias }: ReadoutParameters,
  rows: ReadoutRows,
  smoothing: number,
  loss: Tensor,
): RowLosses {
  const [K, I] = weight.shape;
  const rowLoss = allocate(rows.M);
  const rowNll = smoothing === 0 ? undefined : allocate(rows.M);
  const own = {
    dx: needsGradient(x) ? allocate(x.size) : undefined,
    dw: needsGradient(weight) ? allocate(weight.size) : undefined,
    dbias: bias && needsGradient(bias) ? allocate(K) : undefined,
  };
  kernels().readoutNll({
    I,
    K,
    w: weight.data,
    bias: bias?.data,
    smoothing,
    rowLoss,
    rowNll,
    ...rows,
    ...own,
  });
  recordOperation(loss, bias ? [x, weight, bias] : [x, weight], () => {
    const by = gradientOf(loss)[0];
    if (own.dx) adoptGradient(x, own.dx, by);
    if (own.dw) adoptGradient(weight, own.dw, by);
    if (bias && own.dbias) adoptGradient(bias, own.dbias, by);
  });
  return { rowLoss, rowNll: rowNll ?? rowLoss };
}

function checkRows(
  x: Tensor,
  parameters: ReadoutParameters,
  targets: Int32Array,
  stepMask: StepMask | undefined,
): { M: number; classes: Int32Array; stepMask: Real | undefined; count: number } {
  checkReadout('readoutNll', x, parameters);
  checkIntegers('readoutNll', 'targets', targets);
  const [K, I] = parameters.weight.shape;
  const M = x.size / I;
  if (targets.length !== M) {
    throw new ShapeError(`readoutNll: expected ${M} targets, got ${targets.length}`);
  }
  const { mask, count } = countedSteps('readoutNll', stepMask, M);
  return { M, classes: classTargets('readoutNll', targets, K, mask), stepMask: mask, count };
}

/** Throws ConfigError for what are no rows and table of classes, ShapeError where they do not fit. */
function checkReadout(where: string, x: unknown, parameters: ReadoutParameters): asserts x is Tensor {
  checkTensor(where, 'x', x);
  checkOptionNames(where, parameters, ['weight', 'bias', 'clusters']);
  const { weight, bias } = parameters;
  checkTensor(where, 'weight', weight);
  checkOptionalTensor(where, 'bias', bias);
  const [K, I] = weight.shape;
  if (weight.shape.length !== 2 || !(I > 0) || x.shape[x.shape.length - 1] !== I) {
    throw new ShapeError(
      `${where}: expected x [.., features] and weight [classes, features], got ${shapeText(x.shape)} and ${shapeText(weight.shape)}`,
    );
  }
  if (bias) expectShape(where, 'bias', bias.shape, [K]);
  if (isAdaptive(parameters)) checkClusters(parameters);
}
