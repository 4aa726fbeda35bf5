/** Terms of the training loss that are not the task's. Each is one operation on the tape, without temporaries. */
import { freshGradients, gradientIfNeeded, gradientOf, record } from '../autograd/tape.ts';
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
    const { gradients, fresh } = freshGradients([y]);
    const dy = gradients[0] ?? gradientOf(y);
    if (fresh) for (let i = 0; i < size; i++) dy[i] = factor * data[i];
    else for (let i = 0; i < size; i++) dy[i] += factor * data[i];
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
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const difference = data[i + step] - data[i];
    sum += difference * difference;
  }
  const loss = scalar(count > 0 ? (beta * sum) / count : 0);
  record(loss, [h], () => {
    const factor = (2 * beta * gradientOf(loss)[0]) / count;
    const { gradients, fresh } = freshGradients([h]);
    const dh = gradients[0] ?? gradientOf(h);
    if (fresh) dh.fill(0, 0, Math.min(step, size));
    // Each step against the one before and the one after, so that every element is written once.
    for (let i = 0; i < Math.min(step, count); i++) dh[i] -= factor * (data[i + step] - data[i]);
    for (let i = step; i < count; i++) {
      const d = factor * (2 * data[i] - data[i - step] - data[i + step]);
      dh[i] = fresh ? d : dh[i] + d;
    }
    for (let i = Math.max(step, count); i < size; i++) {
      const d = count > 0 ? factor * (data[i] - data[i - step]) : 0;
      dh[i] = fresh ? d : dh[i] + d;
    }
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
  const { data: as, size } = a;
  const bs = b.data;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (as[i] - bs[i]) ** 2;
  const loss = scalar((kappa * sum) / size);
  record(loss, [a, b], () => {
    const [da, db] = [gradientIfNeeded(a), gradientIfNeeded(b)];
    const factor = (2 * kappa * gradientOf(loss)[0]) / size;
    for (let i = 0; i < size; i++) {
      const d = factor * (as[i] - bs[i]);
      if (da) da[i] += d;
      if (db) db[i] -= d;
    }
  });
  return loss;
}

/** Weight decay as a term of the loss: lambda/2 sum w² over all parameters. */
export function weightDecayPenalty(parameters: readonly Tensor[], lambda: number): Tensor {
  const loss = scalar((lambda / 2) * kernels().sumSquares(parameters.map((parameter) => parameter.data)));
  record(loss, parameters, () => {
    const factor = lambda * gradientOf(loss)[0];
    for (const parameter of parameters) {
      const dw = gradientIfNeeded(parameter);
      if (!dw) continue;
      const w = parameter.data;
      for (let i = 0; i < w.length; i++) dw[i] += factor * w[i];
    }
  });
  return loss;
}

/** Decoupled weight decay, to be called after an update: w -= lambda w, as Gal's code does. */
export function decayWeights({ penalties = [] }: Regularizer, parameters: readonly Tensor[]): void {
  for (const penalty of penalties) {
    if (penalty.kind !== 'weight-decay' || !penalty.decoupled) continue;
    const keep = 1 - penalty.lambda;
    for (const { data } of parameters) for (let i = 0; i < data.length; i++) data[i] *= keep;
  }
}

// --- internal ---

function scalar(value: number): Tensor {
  const loss = new Tensor([], allocate(1));
  loss.data[0] = value;
  return loss;
}
