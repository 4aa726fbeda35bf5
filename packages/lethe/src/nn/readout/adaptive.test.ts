import { describe, expect, it } from 'vitest';
import { gradients } from '../../autograd/tape.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { NoiseStream } from '../../random/stream.ts';
import { scoped } from '../../tensor/scratch.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { adaptiveCutoffs } from './adaptive.ts';
import { readoutDistance, readoutLogits, readoutNll } from './readout.ts';

const stream = new NoiseStream(3);
const normal = (shape: number[], layer: number) =>
  new Tensor(
    shape,
    stream.normals(
      { site: 'sample', layer },
      shape.reduce((a, b) => a * b, 1),
    ),
  );

const [M, I, K] = [7, 20, 50];
const x = normal([M, 1, I], 0);
const weight = normal([K, I], 1);
const bias = normal([K], 2);
const clusters = { cutoffs: [10, 30, 45], weight: normal([3, I], 3), bias: normal([3], 4) };
const parameters = { weight, bias, clusters };
const targets = Int32Array.of(0, 9, 10, 29, 31, 12, 5);

describe('a readout with clusters', () => {
  it('gives probabilities that sum to one', () => {
    const { data } = readoutLogits(x, parameters);
    for (let m = 0; m < M; m++) {
      let sum = 0;
      for (const z of data.subarray(m * K, (m + 1) * K)) sum += Math.exp(z);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it('scores every row with its own log probability', () => {
    const { data } = readoutLogits(x, parameters);
    const { rowLoss } = readoutNll(x, parameters, targets);
    targets.forEach((target, m) => {
      expect(rowLoss[m]).toBeCloseTo(-data[m * K + target], 4);
    });
  });

  it('leaves out what a step mask leaves out, of the clusters too', () => {
    const stepMask = Float32Array.of(1, 1, 0, 1, 0, 1, 1);
    const { rowLoss, sum, count } = readoutNll(x, parameters, targets, { stepMask: tensor(stepMask) });
    const whole = readoutNll(x, parameters, targets).rowLoss;
    expect(count).toBe(5);
    expect(rowLoss[2]).toBe(0);
    expect(rowLoss[4]).toBe(0);
    expect(sum).toBeCloseTo(whole[0] + whole[1] + whole[3] + whole[5] + whole[6], 4);
  });

  it('is the softmax over all where every cluster has one class and its entry is that class', () => {
    // Two clusters of one class each: softmax within is 1, so the entry's probability is the class's.
    const cutoffs = [K - 2, K - 1];
    const rows = new Tensor([2, I], weight.data.slice((K - 2) * I));
    const last = new Tensor([2], bias.data.slice(K - 2));
    const whole = readoutNll(x, { weight, bias }, targets);
    const adaptive = readoutNll(
      x,
      { weight, bias, clusters: { cutoffs, weight: rows, bias: last } },
      targets,
    );
    expect(adaptive.sum).toBeCloseTo(whole.sum, 3);
  });

  it('gives a cluster without a target no gradient, and its entry one', () => {
    scoped(() => {
      const [dWeight, dBias, dEntries] = gradients([weight, bias, clusters.weight], () => {
        return readoutNll(x, parameters, targets).loss;
      }).gradients;
      expect(dWeight.data.subarray(45 * I).every((d) => d === 0)).toBe(true);
      expect(dBias.data.subarray(45).every((d) => d === 0)).toBe(true);
      expect(dEntries.data.subarray(2 * I).some((d) => d !== 0)).toBe(true);
    });
  });

  it('counts a row as often as its weight says, whatever cluster its target is in', () => {
    const nll = (rows: readonly number[], stepMask?: Float32Array) => {
      const some = tensor(
        rows.flatMap((m) => [...x.data.subarray(m * I, (m + 1) * I)]),
        [rows.length, 1, I],
      );
      const own = Int32Array.from(rows, (m) => targets[m]);
      const run = () => readoutNll(some, parameters, own, { stepMask }).loss;
      const { loss, gradients: slopes } = gradients([weight, bias, clusters.weight, clusters.bias], run);
      return [loss, ...slopes.flatMap((slope) => slope.toArray())];
    };
    // A weight of 2 is the row twice.
    const twice = nll([0, 0, 1, 2, 2, 3, 4, 5, 5, 6]);
    const weighted = nll([0, 1, 2, 3, 4, 5, 6], Float32Array.of(2, 1, 2, 1, 1, 2, 1));
    for (const [i, value] of twice.entries()) expect(weighted[i]).toBeCloseTo(value, 4);
  });

  it('measures the distance of two runs by the logits of its first step', () => {
    const other = normal([M, 1, I], 7);
    const head = [...weight.data.subarray(0, 10 * I), ...clusters.weight.data];
    const distance = readoutDistance(x, other, { weight: tensor(head, [13, I]) }, 0.3).item();
    expect(readoutDistance(x, other, parameters, 0.3).item()).toBeCloseTo(distance, 4);
  });

  it('refuses cutoffs that do not ascend within the classes, and entries of another number', () => {
    const nll = (cutoffs: number[]) => () =>
      readoutNll(x, { weight, bias, clusters: { ...clusters, cutoffs } }, targets);
    expect(nll([10, 10, 20])).toThrow(ConfigError);
    expect(nll([10, 20, 50])).toThrow('ascend between 1 and 49, found [10, 20, 50]');
    expect(nll([])).toThrow(ConfigError);
    expect(nll([10, 20])).toThrow(ShapeError);
  });
});

describe('adaptiveCutoffs', () => {
  it('cuts large vocabularies where the code of Merity et al. (2017) does', () => {
    expect(adaptiveCutoffs(33_278)).toEqual([]);
    expect(adaptiveCutoffs(75_000)).toEqual([]);
    expect(adaptiveCutoffs(75_500)).toEqual([2_800, 20_000]);
    expect(adaptiveCutoffs(267_735)).toEqual([2_800, 20_000, 76_000]);
    expect(adaptiveCutoffs(793_471)).toEqual([4_200, 35_000, 180_000]);
  });
});
