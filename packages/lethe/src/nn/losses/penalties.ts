/** Terms of the training loss that are not the task's. Each is one operation on the tape, without temporaries. */
import { takeRows } from '../../autograd/ops/rows.ts';
import { gradientIfNeeded, gradientOf, recordOperation } from '../../autograd/tape.ts';
import { checkRegularizer } from '../../dropout/check-regularizer.ts';
import type { Regularizer } from '../../dropout/noise.ts';
import { kernels } from '../../kernels/engine.ts';
import { checkNumber } from '../../options.ts';
import { checkTensor, checkTensors } from '../../tensor/check.ts';
import { expectShape, type Tensor, tensor } from '../../tensor/tensor.ts';
import { decayed } from '../parameters/log-deviations.ts';
import { countedRows, partialMask, type StepMask } from './step-mask.ts';

/**
 * Activation regularization (AR; Merity, McCann, Socher 2017): alpha mean(y²), over all elements of the steps that count; 0
 * where none does.
 * @param y the output as the readout gets it, [time, batch, features]
 * @param stepMask @defaultValue all steps count
 * @throws ShapeError
 */
export function activationPenalty(y: Tensor, alpha: number, stepMask?: StepMask): Tensor {
  checkTensor('activationPenalty', 'y', y);
  checkNumber('activationPenalty', 'alpha', alpha);
  const mask = partialMask('activationPenalty', y, stepMask);
  if (mask) return activationPenalty(takeRows(y, countedRows(mask)), alpha);
  const { data, size } = y;
  if (size === 0) return tensor(0);
  const loss = tensor((alpha * kernels().sumSquares([data])) / size);
  recordOperation(loss, [y], () => {
    const factor = (2 * alpha * gradientOf(loss)[0]) / size;
    kernels().addDifference({ n: size, a: data, factor, target: gradientOf(y) });
  });
  return loss;
}

/**
 * Temporal activation regularization (TAR; Merity, McCann, Socher 2017): beta mean((h_{t+1} - h_t)²), over the
 * (time - 1) differences of all units, those between two steps that count; 0 where there is none.
 * @param h the states, without noise at the output, [time, batch, features]
 * @param stepMask @defaultValue all steps count
 * @throws ShapeError
 */
export function temporalPenalty(h: Tensor, beta: number, stepMask?: StepMask): Tensor {
  checkTensor('temporalPenalty', 'h', h);
  checkNumber('temporalPenalty', 'beta', beta);
  const { data, size } = h;
  expectShape('temporalPenalty', 'h', h.shape, ['time', 'batch', 'features']);
  const mask = partialMask('temporalPenalty', h, stepMask);
  if (mask) {
    const batch = h.shape[1];
    const later = countedRows(mask).filter((m) => m >= batch && mask[m - batch] !== 0);
    const before = later.map((m) => m - batch);
    return distancePenalty(takeRows(h, later), takeRows(h, before), beta);
  }
  const step = h.shape[1] * h.shape[2];
  const count = size - step;
  if (count <= 0) return tensor(0);
  const later = data.subarray(step);
  const loss = tensor((beta * kernels().squaredDistance({ n: count, a: later, b: data })) / count);
  recordOperation(loss, [h], () => {
    const factor = (2 * beta * gradientOf(loss)[0]) / count;
    const dh = gradientOf(h);
    kernels().addDifference({ n: count, a: later, b: data, factor, target: dh.subarray(step) });
    kernels().addDifference({ n: count, a: data, b: later, factor, target: dh });
  });
  return loss;
}

/**
 * The distance of two runs (fraternal dropout: Zolna et al. 2017): kappa mean((a - b)²), over all elements of the steps that
 * count; the gradient flows into both. 0 where no step counts.
 * @param a any shape; [.., features] with a mask
 * @param b as a
 * @param stepMask @defaultValue all steps count
 * @throws ShapeError
 */
export function distancePenalty(a: Tensor, b: Tensor, kappa: number, stepMask?: StepMask): Tensor {
  checkTensor('distancePenalty', 'a', a);
  checkTensor('distancePenalty', 'b', b);
  checkNumber('distancePenalty', 'kappa', kappa);
  expectShape('distancePenalty', 'the second run', b.shape, a.shape);
  const mask = partialMask('distancePenalty', a, stepMask);
  if (mask) {
    const rows = countedRows(mask);
    return distancePenalty(takeRows(a, rows), takeRows(b, rows), kappa);
  }
  if (a.size === 0) return tensor(0);
  const difference = { n: a.size, a: a.data, b: b.data };
  const loss = tensor((kappa * kernels().squaredDistance(difference)) / a.size);
  recordOperation(loss, [a, b], () => {
    const factor = (2 * kappa * gradientOf(loss)[0]) / a.size;
    const [da, db] = [gradientIfNeeded(a), gradientIfNeeded(b)];
    if (da) kernels().addDifference({ ...difference, factor, target: da });
    if (db) kernels().addDifference({ ...difference, factor: -factor, target: db });
  });
  return loss;
}

/** Weight decay as a term of the loss: lambda/2 sum w² over all parameters but the log deviations of Gaussian weights. */
export function weightDecayPenalty(parameters: readonly Tensor[], lambda: number): Tensor {
  checkTensors('weightDecayPenalty', 'parameters', parameters);
  checkNumber('weightDecayPenalty', 'lambda', lambda);
  const weights = decayed(parameters);
  const loss = tensor((lambda / 2) * kernels().sumSquares(weights.map(({ data }) => data)));
  recordOperation(loss, weights, () => {
    const factor = lambda * gradientOf(loss)[0];
    for (const parameter of weights) {
      const target = gradientIfNeeded(parameter);
      if (target) kernels().addDifference({ n: parameter.size, a: parameter.data, factor, target });
    }
  });
  return loss;
}

/** Decoupled weight decay, to be called after an update: w -= lambda w, as Gal's code does; log deviations of Gaussian weights stay. */
export function decayWeights(regularizer: Regularizer, parameters: readonly Tensor[]): void {
  checkRegularizer('decayWeights', regularizer);
  checkTensors('decayWeights', 'parameters', parameters);
  const { penalties = [] } = regularizer;
  for (const penalty of penalties) {
    if (penalty.kind !== 'weight-decay' || !penalty.decoupled) continue;
    const factor = -penalty.lambda;
    for (const { size, data } of decayed(parameters))
      kernels().addDifference({ n: size, a: data, factor, target: data });
  }
}
