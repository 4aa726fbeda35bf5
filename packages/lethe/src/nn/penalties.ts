/** Terms of the training loss that are not the task's. Each is one operation on the tape, without temporaries. */
import { gradientIfNeeded, gradientOf, record } from '../autograd/tape.ts';
import type { Regularizer } from '../dropout/noise.ts';
import { kernels } from '../kernels/engine.ts';
import { allocate } from '../tensor/scratch.ts';
import { expectShape, Tensor } from '../tensor/tensor.ts';

/**
 * Activation regularization (AR; Merity, McCann, Socher 2017): alpha mean(y²), over all elements.
 * @param y the output as the readout gets it, [time, batch, features]
 */
export function activationPenalty(y: Tensor, alpha: number): Tensor {
  const { data, size } = y;
  const loss = scalar((alpha * kernels().sumSquares([data])) / size);
  record(loss, [y], () => {
    const factor = (2 * alpha * gradientOf(loss)[0]) / size;
    kernels().addDifference({ n: size, a: data, factor, target: gradientOf(y) });
  });
  return loss;
}

/**
 * Temporal activation regularization (TAR; Merity, McCann, Socher 2017): beta mean((h_{t+1} - h_t)²), over the
 * (time - 1) differences of all units; 0 for a single step.
 * @param h the states, without noise at the output, [time, batch, features]
 */
export function temporalPenalty(h: Tensor, beta: number): Tensor {
  const { data, size } = h;
  expectShape('temporalPenalty', 'h', h.shape, ['time', 'batch', 'features']);
  const step = h.shape[1] * h.shape[2];
  const count = size - step;
  if (count <= 0) return scalar(0);
  const later = data.subarray(step);
  const loss = scalar((beta * kernels().squaredDistance({ n: count, a: later, b: data })) / count);
  record(loss, [h], () => {
    const factor = (2 * beta * gradientOf(loss)[0]) / count;
    const dh = gradientOf(h);
    kernels().addDifference({ n: count, a: later, b: data, factor, target: dh.subarray(step) });
    kernels().addDifference({ n: count, a: data, b: later, factor, target: dh });
  });
  return loss;
}

/**
 * The distance of two runs (fraternal dropout: Zolna et al. 2017): kappa mean((a - b)²), over all elements; the
 * gradient flows into both.
 * @param a any shape
 * @param b as a
 */
export function distancePenalty(a: Tensor, b: Tensor, kappa: number): Tensor {
  expectShape('distancePenalty', 'the second run', b.shape, a.shape);
  const difference = { n: a.size, a: a.data, b: b.data };
  const loss = scalar((kappa * kernels().squaredDistance(difference)) / a.size);
  record(loss, [a, b], () => {
    const factor = (2 * kappa * gradientOf(loss)[0]) / a.size;
    const [da, db] = [gradientIfNeeded(a), gradientIfNeeded(b)];
    if (da) kernels().addDifference({ ...difference, factor, target: da });
    if (db) kernels().addDifference({ ...difference, factor: -factor, target: db });
  });
  return loss;
}

/** Weight decay as a term of the loss: lambda/2 sum w² over all parameters. */
export function weightDecayPenalty(parameters: readonly Tensor[], lambda: number): Tensor {
  const loss = scalar((lambda / 2) * kernels().sumSquares(parameters.map((parameter) => parameter.data)));
  record(loss, parameters, () => {
    const factor = lambda * gradientOf(loss)[0];
    for (const parameter of parameters) {
      const target = gradientIfNeeded(parameter);
      if (target) kernels().addDifference({ n: parameter.size, a: parameter.data, factor, target });
    }
  });
  return loss;
}

/** Decoupled weight decay, to be called after an update: w -= lambda w, as Gal's code does. */
export function decayWeights({ penalties = [] }: Regularizer, parameters: readonly Tensor[]): void {
  for (const penalty of penalties) {
    if (penalty.kind !== 'weight-decay' || !penalty.decoupled) continue;
    const factor = -penalty.lambda;
    for (const { size, data } of parameters)
      kernels().addDifference({ n: size, a: data, factor, target: data });
  }
}

// --- internal ---

function scalar(value: number): Tensor {
  const loss = new Tensor([], allocate(1));
  loss.data[0] = value;
  return loss;
}
