/**
 * The readout of language models: a linear layer over many classes and its categorical loss in one operation, which
 * goes through the rows in stretches and makes the gradients on the way, so that [time, batch, K] logits never
 * exist. The weight has a row for each class, as an embedding has it, so that both can be one table.
 */
import { adoptGradient, gradientOf, needsGradient, record } from '../autograd/tape.ts';
import { DataError, ShapeError } from '../errors.ts';
import { kernels } from '../kernels/engine.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import { expectShape, shapeText, Tensor } from '../tensor/tensor.ts';
import type { SequenceLoss, StepMask } from './losses.ts';

/** A table of classes: logits are x weight^T + bias. */
export interface ReadoutParameters {
  /** [classes, features] */
  weight: Tensor;
  /** [classes] */
  bias?: Tensor;
}

/** The loss, and the negative log-likelihood of every row, 0 where a step does not count. */
export interface ReadoutLoss extends SequenceLoss {
  rowLoss: Real;
}

export interface ReadoutNllOptions {
  /** 1 counts, 0 does not. @defaultValue all steps count */
  stepMask?: StepMask;
  /** factor of the loss, not of `sum`: the number of steps makes it the sum over time of the mean over the batch. @defaultValue 1 */
  factor?: number;
}

/**
 * factor * mean over the steps that count of log sum_k exp(z_k) - z_target, z = x weight^T + bias; natural log.
 * @param x [.., features]
 * @param targets one class for each row of x
 * @throws ShapeError; DataError for a class that is not there, or if no step counts
 */
export function readoutNll(
  x: Tensor,
  { weight, bias }: ReadoutParameters,
  targets: Int32Array,
  { stepMask, factor = 1 }: ReadoutNllOptions = {},
): ReadoutLoss {
  const call = checkRows(x, weight, bias, targets, stepMask);
  const { M, I, K, count } = call;
  const rowLoss = allocate(M);
  const own = {
    dx: needsGradient(x) ? allocate(M * I) : undefined,
    dw: needsGradient(weight) ? allocate(K * I) : undefined,
    dbias: bias && needsGradient(bias) ? allocate(K) : undefined,
  };
  kernels().readoutNll({
    M,
    I,
    K,
    x: x.data,
    w: weight.data,
    bias: bias?.data,
    targets,
    stepMask: call.stepMask,
    rowLoss,
    scale: factor / count,
    ...own,
  });
  let sum = 0;
  for (let m = 0; m < M; m++) sum += rowLoss[m];
  const loss = new Tensor([], allocate(1));
  loss.data[0] = (factor * sum) / count;
  record(loss, bias ? [x, weight, bias] : [x, weight], () => {
    const by = gradientOf(loss)[0];
    if (own.dx) adoptGradient(x, own.dx, by);
    if (own.dw) adoptGradient(weight, own.dw, by);
    if (bias && own.dbias) adoptGradient(bias, own.dbias, by);
  });
  return { loss, sum, count, rowLoss };
}

/**
 * kappa * mean((z_a - z_b)²) over all logits of two runs, the penalty of fraternal dropout (Zolna et al. 2017): the bias
 * cancels, so it is kappa mean(((a - b) weight^T)²).
 * @param a [.., features]
 * @param b as a
 * @throws ShapeError
 */
export function readoutDistance(a: Tensor, b: Tensor, { weight }: ReadoutParameters, kappa: number): Tensor {
  const [K, I] = weight.shape;
  expectShape('readoutDistance', 'the second run', b.shape, a.shape);
  expectShape('readoutDistance', 'the rows', [a.shape[a.shape.length - 1]], [I]);
  const M = a.size / I;
  const difference = allocate(a.size);
  difference.set(a.data);
  kernels().addDifference({ n: a.size, a: b.data, factor: -1, target: difference });
  const isWanted = needsGradient(a) || needsGradient(b);
  const own = {
    dx: isWanted ? allocate(a.size) : undefined,
    dw: needsGradient(weight) ? allocate(weight.size) : undefined,
  };
  const scale = kappa / (M * K);
  const sum = kernels().readoutSquares({ M, I, K, x: difference, w: weight.data, scale, ...own });
  const loss = new Tensor([], allocate(1));
  loss.data[0] = scale * sum;
  record(loss, [a, b, weight], () => {
    const by = gradientOf(loss)[0];
    if (own.dx && needsGradient(b)) {
      kernels().addDifference({ n: b.size, a: own.dx, factor: -by, target: gradientOf(b) });
    }
    if (own.dx && needsGradient(a)) adoptGradient(a, own.dx, by);
    if (own.dw) adoptGradient(weight, own.dw, by);
  });
  return loss;
}

/**
 * x weight^T + bias, without a gradient: for evaluation and sampling.
 * @param x [.., features]
 * @returns [.., classes]
 * @throws ShapeError
 */
export function readoutLogits(x: Tensor, { weight, bias }: ReadoutParameters): Tensor {
  const [K, I] = weight.shape;
  expectShape('readoutLogits', 'the rows', [x.shape[x.shape.length - 1]], [I]);
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

function checkRows(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  targets: Int32Array,
  stepMask: StepMask | undefined,
): { M: number; I: number; K: number; stepMask: Real | undefined; count: number } {
  const [K, I] = weight.shape;
  if (weight.shape.length !== 2 || x.shape[x.shape.length - 1] !== I) {
    throw new ShapeError(
      `readoutNll: expected x [.., features] and weight [classes, features], got ${shapeText(x.shape)} and ${shapeText(weight.shape)}`,
    );
  }
  if (bias) expectShape('readoutNll', 'bias', bias.shape, [K]);
  const M = x.size / I;
  const mask = stepMask instanceof Tensor ? stepMask.data : stepMask;
  if (targets.length !== M || (mask && mask.length !== M)) {
    throw new ShapeError(
      `readoutNll: expected ${M} targets, and a step mask of as many if any, got ${targets.length}${mask ? ` and ${mask.length}` : ''}`,
    );
  }
  const wrong = targets.findIndex((target) => target < 0 || target >= K);
  if (wrong >= 0) {
    throw new DataError(
      `readoutNll: expected targets from 0 to ${K - 1}, got ${targets[wrong]} at row ${wrong}`,
    );
  }
  let count = mask ? 0 : M;
  for (let m = 0; mask && m < M; m++) count += mask[m];
  if (!(count > 0))
    throw new DataError(`readoutNll: expected at least one step that counts, got none of ${M}`);
  return { M, I, K, stepMask: mask, count };
}
