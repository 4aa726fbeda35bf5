import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../autograd/tape.ts';
import { DataError, ShapeError } from '../../errors.ts';
import { NoiseStream } from '../../random/stream.ts';
import { Tensor, tensor, zeros } from '../../tensor/tensor.ts';
import { bernoulliNll, gaussianNll, squaredError } from './losses.ts';

describe('bernoulliNll', () => {
  it('takes soft targets, refuses those outside 0 and 1 by their place, and does not look where no step counts', () => {
    const logits = zeros([2, 2]);
    // softplus(0) - y 0 = log 2 for each of four units, two a step
    expect(
      bernoulliNll(
        logits,
        tensor([
          [0, 1],
          [0.5, 0.25],
        ]),
      ).loss.item(),
    ).toBeCloseTo(2 * Math.LN2, 6);
    for (const bad of [2, -0.1, Number.NaN, Infinity]) {
      const targets = tensor([
        [0, 1],
        [0.5, bad],
      ]);
      expect(() => bernoulliNll(logits, targets)).toThrow(/targets from 0 to 1, got .* at row 1, unit 1/);
      expect(bernoulliNll(logits, targets, tensor([1, 0])).loss.item()).toBeCloseTo(2 * Math.LN2, 6);
    }
  });

  it('of a model that knows nothing is 88 ln 2 = 60.997 nats a step', () => {
    const { loss, sum, count } = bernoulliNll(zeros([3, 2, 88]), zeros([3, 2, 88]));
    expect(loss.item()).toBeCloseTo(60.997, 3);
    expect(count).toBe(6);
    expect(sum).toBeCloseTo(6 * 88 * Math.LN2, 3);
  });

  it('stays finite for logits far out: a note missed at logit -500 costs 500 nats', () => {
    expect(bernoulliNll(tensor([[-500]]), tensor([[1]])).sum).toBe(500);
    expect(bernoulliNll(tensor([[500]]), tensor([[1]])).sum).toBe(0);
  });

  it('takes variance in by logistic(z / sqrt(1 + pi/8 v))', () => {
    const output = { mean: tensor([[2]]), variance: tensor([[3]]) };
    const p = 1 / (1 + Math.exp(-2 / Math.sqrt(1 + (Math.PI / 8) * 3)));
    expect(bernoulliNll(output, tensor([[1]])).loss.item()).toBeCloseTo(-Math.log(p), 6);
    expect(bernoulliNll(output, tensor([[0]])).loss.item()).toBeCloseTo(-Math.log(1 - p), 6);
  });

  it('does not see steps that do not count, whatever they hold', () => {
    const stream = new NoiseStream(3);
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (counts) => {
        fc.pre(counts.some(Boolean));
        const logits = new Tensor([3, 2, 4], stream.normals({ site: 'sample' }, 24));
        const spoilt = new Tensor(
          [3, 2, 4],
          logits.data.map((z, i) => (counts[i >> 2] ? z : 99)),
        );
        const targets = zeros([3, 2, 4]);
        const mask = tensor(counts.map(Number), [3, 2]);
        const clean = bernoulliNll(logits, targets, mask);
        expect(bernoulliNll(spoilt, targets, mask).sum).toBe(clean.sum);
        expect(clean.count).toBe(counts.filter(Boolean).length);
        expect(clean.loss.item()).toBeCloseTo(clean.sum / clean.count, 5);
      }),
    );
  });

  it('refuses shapes that do not fit, and a mask under which nothing counts', () => {
    const logits = zeros([2, 3]);
    expect(() => bernoulliNll(logits, zeros([3, 2]))).toThrow(ShapeError);
    expect(() => bernoulliNll(logits, logits, zeros([3]))).toThrow('expected a step mask of 2 elements');
    expect(() => bernoulliNll(logits, logits, zeros([2]))).toThrow(DataError);
  });
});

describe('losses of real numbers', () => {
  it('squaredError is the sum over features, the mean over steps, plus the variance', () => {
    const mean = tensor([
      [1, 2],
      [0, 0],
    ]);
    const targets = tensor([
      [3, 2],
      [0, 1],
    ]);
    expect(squaredError(mean, targets).loss.item()).toBe((4 + 1) / 2);
    const variance = tensor([
      [0.5, 0.5],
      [0.25, 0.75],
    ]);
    expect(squaredError({ mean, variance }, targets).sum).toBe(4 + 1 + 2);
    expect(squaredError(mean, targets, tensor([0, 1])).loss.item()).toBe(1);
  });

  it('squaredError has the slopes 2 (mean - t) / steps and 1 / steps in mean and variance', () => {
    const mean = tensor([
      [1, 2],
      [0, 0],
    ]);
    const variance = tensor([
      [0.5, 0.5],
      [0.25, 0.75],
    ]);
    const targets = tensor([
      [3, 2],
      [0, 1],
    ]);
    const slopes = (stepMask?: Tensor) =>
      gradients(
        [mean, variance],
        () => squaredError({ mean, variance }, targets, stepMask).loss,
      ).gradients.map(({ data }) => Array.from(data));
    // two steps: 2 (1 - 3) / 2, 2 (0 - 1) / 2
    expect(slopes()).toEqual([
      [-2, 0, 0, -1],
      [0.5, 0.5, 0.5, 0.5],
    ]);
    expect(slopes(tensor([0, 1]))).toEqual([
      [0, 0, 0, -2],
      [0, 0, 1, 1],
    ]);
  });

  it('gaussianNll is log(2 pi v)/2 + (t-m)²/2v', () => {
    const { loss } = gaussianNll(tensor([[1]]), tensor([[4]]), tensor([[3]]));
    expect(loss.item()).toBeCloseTo(Math.log(2 * Math.PI * 4) / 2 + 4 / 8, 6);
  });

  it('gaussianNll is not finite at a variance of 0, and no clamp hides it', () => {
    expect(gaussianNll(tensor([[1]]), tensor([[0]]), tensor([[3]])).sum).not.toSatisfy(Number.isFinite);
  });
});
