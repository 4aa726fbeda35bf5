/** Weight noise in layers, drawn and integrated; the map itself is checked in moments.test.ts. */
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { add } from '../../autograd/ops/arithmetic.ts';
import { square } from '../../autograd/ops/elementwise.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { gradients } from '../../autograd/tape.ts';
import { combine } from '../../dropout/combine.ts';
import { fast } from '../../dropout/fast.ts';
import { weightNoise } from '../../dropout/weight-noise.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import { NoiseStream } from '../../random/stream.ts';
import { realZeros } from '../../tensor/dtype.ts';
import { scoped } from '../../tensor/scratch.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { linear } from '../linear.ts';
import { gru, lstm, rnn } from './layers.ts';

const stream = new NoiseStream(11);
let draws = 0;
function normals(...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.normals({ site: 'sample', layer: draws++ }, size));
}

const cells = { rnn, lstm, gru } as const;
const closed = weightNoise({ deviation: 0.2, form: 'closed' });
const [T, B, I, H] = [6, 3, 4, 5];

/** Row b of a sequence [T, B, n] from one step to another, [to - from, 1, n]. */
function rowOf({ shape: [, rows, n], data }: Tensor, b: number, from: number, to: number): Tensor {
  const own = realZeros((to - from) * n);
  for (let t = from; t < to; t++) {
    own.set(data.subarray((t * rows + b) * n, (t * rows + b + 1) * n), (t - from) * n);
  }
  return new Tensor([to - from, 1, n], own);
}

describe('weight noise that is drawn', () => {
  it.each(['rnn', 'lstm', 'gru'] as const)(
    'has the slopes of the loss without its description length beside it: %s',
    (cell) => {
      const layer = cells[cell](
        { inputSize: 1, hiddenSize: 1, dropout: weightNoise({ deviation: 0.1 }) },
        stream,
      );
      const parameters = Object.values(layer.parameters) as Tensor[];
      const x = normals(T, 2, 1);
      const loss = () => sum(square(layer.forward(x, undefined, stream.at(1)).output as Tensor));
      const { comparisons } = checkGradients(parameters, loss);
      const largest = Math.max(...comparisons.map(({ difference }) => Math.abs(difference)));
      for (const { tape, difference } of comparisons) {
        // Central differences in float32.
        expect(Math.abs(tape - difference)).toBeLessThan(0.01 * largest);
      }
    },
  );
});

describe('weight noise in closed form', () => {
  for (const cell of ['rnn', 'lstm', 'gru'] as const) {
    it(`leaves rows that rest as they are: every row is as it would be alone, ${cell}`, () => {
      const layer = cells[cell](
        { inputSize: I, hiddenSize: H, dropout: closed, learnInitialState: true },
        stream,
      );
      layer.parameters.initialState!.data.set(normals(H).data);
      const parameters = Object.values(layer.parameters) as Tensor[];
      const x = normals(T, B, I);
      const [start, stop] = [Int32Array.of(0, 2, 0), Int32Array.of(T, T, 4)];
      const run = (input: Tensor, active = {}) =>
        gradients(parameters, () => {
          const { mean, variance } = layer.forward(input, undefined, stream, active).state.hidden as Gaussian;
          return add(sum(square(mean)), sum(variance));
        });
      const together = run(x, { start, stop });
      const alone = Array.from({ length: B }, (_, b) => run(rowOf(x, b, start[b], stop[b])));
      const summed = (of: (one: (typeof alone)[0]) => number) => alone.reduce((all, one) => all + of(one), 0);
      expect(together.loss).toBeCloseTo(
        summed(({ loss }) => loss),
        4,
      );
      for (const [i, gradient] of together.gradients.entries()) {
        for (const [k, value] of gradient.data.entries()) {
          expect(value).toBeCloseTo(
            summed(({ gradients }) => gradients[i].data[k]),
            4,
          );
        }
      }
    });
  }

  it('integrates dropout in front of the weights together with them', () => {
    // One step of one identity unit from h = 0: a = d x w, x = 3, q = .8, w ~ N(w, .2²):
    // E[a] = q x w, V[a] = E[d²] x² E[w²] - E[a]² = .8 * 9 * (w² + .04) - (2.4 w)²
    const dropout = combine(fast({ input: 0.2 }), closed);
    const layer = rnn({ inputSize: 1, hiddenSize: 1, dropout, activation: 'identity' }, stream);
    const w = layer.parameters.weightIn.data[0];
    const { mean, variance } = layer.forward(tensor([[[3]]]), undefined, stream).output as Gaussian;
    expect(mean.item()).toBeCloseTo(2.4 * w, 5);
    expect(variance.item()).toBeCloseTo(7.2 * (w * w + 0.04) - (2.4 * w) ** 2, 5);
  });
});

describe('weight noise of a linear layer', () => {
  const layerWith = (form: 'sample' | 'closed') =>
    linear({ inputSize: 2, outputSize: 1, dropout: weightNoise({ deviation: 0.3, form }) }, stream);

  it('is equations 5 and 6 of Bayer et al. 2013 in closed form, at test as in training', () => {
    const layer = layerWith('closed');
    const [w0, w1] = layer.parameters.weight.data;
    const x = { mean: tensor([[2, -1]]), variance: tensor([[0.5, 0.25]]) };
    // V[a] = σx² μw² + σx² σw² + μx² σw², summed; σw² = .09
    const expected = 0.5 * (w0 * w0 + 0.09) + 0.25 * (w1 * w1 + 0.09) + (4 + 1) * 0.09;
    for (const noise of [stream, undefined]) {
      const { mean, variance } = layer.forward(x, noise) as Gaussian;
      expect(mean.item()).toBeCloseTo(2 * w0 - w1, 5);
      expect(variance.item()).toBeCloseTo(expected, 5);
    }
  });

  it('has draws with the moments of the closed form, and is the mean network at test', () => {
    const layer = layerWith('sample');
    const [w0, w1] = layer.parameters.weight.data;
    const x = tensor([[2, -1]]);
    expect((layer.forward(x) as Tensor).item()).toBeCloseTo(2 * w0 - w1, 6);
    const count = 4000;
    const ys = Array.from({ length: count }, (_, step) =>
      scoped(() => (layer.forward(x, stream.at(step)) as Tensor).item()),
    );
    const mean = ys.reduce((all, y) => all + y, 0) / count;
    const variance = ys.reduce((all, y) => all + (y - mean) ** 2, 0) / count;
    // (4 + 1) * .09; bounds of 4 standard errors: sqrt(V / n) of the mean, V sqrt(2 / n) of the variance
    expect(Math.abs(mean - (2 * w0 - w1))).toBeLessThan(4 * Math.sqrt(0.45 / count));
    expect(Math.abs(variance - 0.45)).toBeLessThan(4 * 0.45 * Math.sqrt(2 / count));
  });

  it('draws once for the whole sequence and batch', () => {
    const layer = layerWith('sample');
    const y = layer.forward(tensor([[[1, 2]], [[1, 2]]]), stream.at(7)) as Tensor;
    expect(y.data[0]).toBe(y.data[1]);
  });

  it('leaves a plain layer its numbers', () => {
    const dropout = weightNoise({ form: 'closed' });
    const layer = linear({ inputSize: 2, outputSize: 1, dropout, plain: true }, stream);
    expect(Object.keys(layer.parameters)).toEqual(['weight', 'bias']);
  });
});
