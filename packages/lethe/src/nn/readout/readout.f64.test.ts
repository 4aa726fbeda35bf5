/** Gradients of the readout against finite differences, and against the same from single operations. */
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { add } from '../../autograd/ops/arithmetic.ts';
import { matmul } from '../../autograd/ops/matmul.ts';
import { transpose } from '../../autograd/ops/shape.ts';
import { gradients } from '../../autograd/tape.ts';
import { NoiseStream } from '../../random/stream.ts';
import { dtype } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { distancePenalty } from '../losses/penalties.ts';
import { softmaxNll } from '../losses/softmax-nll.ts';
import { readoutDistance, readoutNll } from './readout.ts';

const stream = new NoiseStream(5);
const normal = (shape: number[], layer: number) =>
  new Tensor(
    shape,
    stream.normals(
      { site: 'sample', layer },
      shape.reduce((a, b) => a * b, 1),
    ),
  );

const [T, B, I, K] = [3, 2, 4, 9];
const x = normal([T, B, I], 0);
const other = normal([T, B, I], 1);
const weight = normal([K, I], 2);
const bias = normal([K], 3);
const targets = Int32Array.of(0, 8, 3, 3, 1, 5);
const parameters = { x, other, weight, bias };
/** Of the clusters [3, 4], [5, 6, 7] and [8] the second has one target, the others some more or less. */
const clusters = { cutoffs: [3, 5, 8], weight: normal([3, I], 4), bias: normal([3], 5) };

describe.skipIf(dtype !== 'f64')('the readout in float64', () => {
  it('has the gradients of its loss and of the distance of two runs', () => {
    const { worst } = checkGradients(Object.values(parameters), () =>
      add(
        readoutNll(x, { weight, bias }, targets, {
          stepMask: new Tensor([6], Float64Array.of(1, 0, 1, 1, 1, 1)),
          factor: 3,
        }).loss,
        readoutDistance(x, other, { weight }, 0.7),
      ),
    );
    expect(worst).toBeLessThan(1e-6);
  });

  it('has the gradients of its loss and of the distance of two runs with clusters', () => {
    const all = [...Object.values(parameters), clusters.weight, clusters.bias];
    const { worst } = checkGradients(all, () =>
      add(
        readoutNll(x, { weight, bias, clusters }, targets, {
          stepMask: new Tensor([6], Float64Array.of(1, 0, 1, 1, 1, 1)),
          factor: 3,
        }).loss,
        readoutDistance(x, other, { weight, clusters }, 0.7),
      ),
    );
    expect(worst).toBeLessThan(1e-6);
  });

  it('is the categorical loss of x W^T + b', () => {
    const fused = gradients(Object.values(parameters), () => readoutNll(x, { weight, bias }, targets).loss);
    const plain = gradients(
      Object.values(parameters),
      () => softmaxNll(add(matmul(x, transpose(weight)), bias), targets).loss,
    );
    expect(fused.loss).toBeCloseTo(plain.loss, 12);
    fused.gradients.forEach((gradient, i) => {
      gradient.data.forEach((value: number, j: number) => {
        expect(value).toBeCloseTo(plain.gradients[i].data[j], 12);
      });
    });
  });

  it('smooths its targets: (1 - e) nll + e mean_k(-log p_k), and counts nll', () => {
    const stepMask = new Tensor([6], Float64Array.of(1, 0, 1, 1, 1, 1));
    const options = { stepMask, smoothing: 0.1 };
    const { worst } = checkGradients(Object.values(parameters), () =>
      add(
        readoutNll(x, { weight, bias }, targets, { ...options, factor: 3 }).loss,
        readoutDistance(x, other, { weight }, 0.7),
      ),
    );
    expect(worst).toBeLessThan(1e-6);
    const smoothed = readoutNll(x, { weight, bias }, targets, options);
    const plain = readoutNll(x, { weight, bias }, targets, { stepMask });
    expect([smoothed.sum, [...smoothed.rowLoss]]).toEqual([plain.sum, [...plain.rowLoss]]);
    // Szegedy et al. 2016, section 7: the mean over all classes as targets stands beside the target's own.
    const everyClass = Array.from({ length: K }, (_, k) =>
      readoutNll(x, { weight, bias }, new Int32Array(6).fill(k), { stepMask }),
    );
    const others = everyClass.reduce((total, { loss }) => total + loss.item() / K, 0);
    expect(smoothed.loss.item()).toBeCloseTo(0.9 * plain.loss.item() + 0.1 * others, 12);
    const logits = add(matmul(x, transpose(weight)), bias);
    expect(softmaxNll(logits, targets, stepMask, { smoothing: 0.1 }).loss.item()).toBeCloseTo(
      smoothed.loss.item(),
      12,
    );
    expect(softmaxNll(logits, targets, stepMask, { smoothing: 0.1 }).sum).toBeCloseTo(plain.sum, 12);
  });

  it('has no smoothing with clusters, and none that is no share', () => {
    expect(() => readoutNll(x, { weight, bias, clusters }, targets, { smoothing: 0.1 })).toThrow(
      /readoutNll: expected smoothing 0 with clusters, .* got 0\.1; leave the clusters out/,
    );
    for (const smoothing of [1, -0.1, Number.NaN])
      expect(() => readoutNll(x, { weight, bias }, targets, { smoothing })).toThrow(/smoothing/);
  });

  it('has the distance of the logits themselves', () => {
    const logits = (rows: Tensor) => matmul(rows, transpose(weight));
    const fused = gradients([x, other, weight], () => readoutDistance(x, other, { weight }, 0.7));
    const plain = gradients([x, other, weight], () => distancePenalty(logits(x), logits(other), 0.7));
    expect(fused.loss).toBeCloseTo(plain.loss, 12);
    fused.gradients.forEach((gradient, i) => {
      gradient.data.forEach((value: number, j: number) => {
        expect(value).toBeCloseTo(plain.gradients[i].data[j], 12);
      });
    });
  });
});
