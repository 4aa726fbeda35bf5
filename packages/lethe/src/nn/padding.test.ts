/**
 * Padding has no influence, whatever it holds: loss and gradients have the bits that they have with zeros there. 0 · NaN is
 * what brings it in where nobody minds: a step without a gradient times the input that stands on it.
 */
import { describe, expect, it } from 'vitest';
import { square } from '../autograd/ops/elementwise.ts';
import { mean, sum } from '../autograd/ops/reduce.ts';
import { stack } from '../autograd/ops/shape.ts';
import { gradients } from '../autograd/tape.ts';
import { parseDropout } from '../dropout/parse.ts';
import { decomposed } from '../moments/decomposition.ts';
import { meanOf } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { realFrom } from '../tensor/dtype.ts';
import { scoped } from '../tensor/scratch.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { embedding } from './embedding.ts';
import { everyMethod, fillPadding, type TestPadding, testNetwork } from './every-method.suite.ts';
import { linear } from './linear.ts';
import { bernoulliNll, gaussianNll, squaredError } from './losses/losses.ts';
import { softmaxNll } from './losses/softmax-nll.ts';
import { readoutDistance, readoutNll } from './readout/readout.ts';
import { rnn } from './recurrent/layers.ts';

const fills: Record<string, (i: number) => number> = {
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '1e30': (i) => (i % 2 ? 1e30 : -1e30),
  'random numbers': (i) => Math.sin(7 * i),
};
const stream = new NoiseStream(17);
const zero = () => 0;

/** The bits of the loss and of all gradients. */
function bits(parameters: readonly Tensor[], loss: () => Tensor): number[][] {
  return scoped(() => {
    const run = gradients(parameters, loss);
    return [[run.loss], ...run.gradients.map((slope) => slope.toArray())];
  });
}

describe('padding, whatever it holds, has no influence', () => {
  const [T, B] = [5, 4];
  const rows = { start: Int32Array.of(0, 2, 0, 1), stop: Int32Array.of(5, 5, 3, 4) };

  describe('on a network', () => {
    for (const [dropout, cells] of everyMethod) {
      for (const cell of cells) {
        it(`of ${cell} layers with ${dropout}`, () => {
          for (const more of [
            {},
            { bidirectional: true, activation: 'relu' as const },
            { hiddenSizes: [20] },
          ]) {
            if (cell !== 'rnn') delete (more as { activation?: unknown }).activation;
            const of = (fill: TestPadding['fill']) => {
              const sizes = { T, B, I: 3, H: 4, K: 2 };
              const network = testNetwork(dropout, cell, sizes, stream, more, { ...rows, fill });
              return bits([...network.parameters, network.x], () => network.loss(stream.at(2)));
            };
            const expected = of(zero);
            expect(expected.flat().every(Number.isFinite)).toBe(true);
            for (const [name, fill] of Object.entries(fills)) expect(of(fill), name).toEqual(expected);
          }
        });
      }
    }
  });

  it.each(['none', 'fast:input=.2,recurrent=.3', 'variational:input=.3'])(
    'on the rare rows of sparse inputs, as piano rolls are: %s',
    (dropout) => {
      const [inputs, hidden] = [30, 24];
      const layer = rnn({ inputSize: inputs, hiddenSize: hidden, dropout: parseDropout(dropout) }, stream);
      const of = (fill: TestPadding['fill']) => {
        const x = new Tensor(
          [T, B, inputs],
          realFrom(Array.from({ length: T * B * inputs }, (_, i) => (i % 11 === 3 ? 1 : 0))),
        );
        fillPadding(x.data, x.shape, { ...rows, fill });
        return bits([...(Object.values(layer.parameters) as Tensor[]), x], () => {
          const { output, state } = layer.forward(x, undefined, stream.at(1), rows);
          return sum(square(meanOf(dropout === 'none' ? output : state.hidden)));
        });
      };
      for (const fill of Object.values(fills)) expect(of(fill)).toEqual(of(zero));
    },
  );

  it('on the two parts of the gradient under fast dropout', () => {
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      const of = (fill: TestPadding['fill']) => {
        const sizes = { T, B, I: 3, H: 4, K: 2 };
        const dropout = 'fast:input=.2,recurrent=.3,output=.4';
        const network = testNetwork(dropout, cell, sizes, stream, {}, { ...rows, fill });
        const { layers } = decomposed(network.parameters, () => network.loss(stream.at(2)));
        return layers.flatMap(({ parts, delta, eta }) => [
          [...delta],
          [...eta],
          ...parts.flatMap(({ loss, variance }) => [[...loss], [...variance]]),
        ]);
      };
      for (const fill of Object.values(fills)) expect(of(fill)).toEqual(of(zero));
    }
  });

  it('on a Gaussian input and on the states that are carried on', () => {
    for (const fill of Object.values(fills)) {
      const run = (by: TestPadding['fill']) => {
        const layer = rnn(
          { inputSize: 3, hiddenSize: 4, dropout: parseDropout('fast:recurrent=.3') },
          new NoiseStream(3),
        );
        const x = {
          mean: tensor(new Array(T * B * 3).fill(0.5), [T, B, 3]),
          variance: tensor(new Array(T * B * 3).fill(0.1), [T, B, 3]),
        };
        for (const { data, shape } of [x.mean, x.variance]) fillPadding(data, shape, { ...rows, fill: by });
        const { output, state } = layer.forward(x, undefined, undefined, rows);
        return [output, state.hidden].flatMap((one) =>
          'mean' in one ? [one.mean.toArray(), one.variance.toArray()] : [],
        );
      };
      expect(run(fill)).toEqual(run(zero));
    }
  });

  it.each([
    'none',
    'standard:input=.3',
    'fast:input=.3',
    'fast:input=.3,mode=gaussian',
    'weight-noise',
    'weight-noise:form=closed',
  ])('on a linear layer in front of a loss that does not count it: %s', (dropout) => {
    const stepMask = realFrom([1, 0, 1, 1, 0]);
    const layer = linear({ inputSize: 3, outputSize: 2, dropout: parseDropout(dropout) }, stream);
    const of = (fill: TestPadding['fill']) => {
      const x = tensor(
        Array.from({ length: 15 }, (_, i) => (stepMask[Math.floor(i / 3)] ? Math.cos(i) : fill(i))),
        [5, 3],
      );
      const targets = tensor(
        Array.from({ length: 10 }, (_, i) => (stepMask[Math.floor(i / 2)] ? i % 2 : fill(i))),
        [5, 2],
      );
      return bits(
        Object.values(layer.parameters) as Tensor[],
        () => bernoulliNll(layer.forward(x, stream.at(1)), targets, stepMask).loss,
      );
    };
    const expected = of(zero);
    expect(expected.flat().every(Number.isFinite)).toBe(true);
    for (const [name, fill] of Object.entries(fills)) expect(of(fill), name).toEqual(expected);
  });

  describe('on a loss', () => {
    const stepMask = realFrom([1, 0, 1]);
    const K = 2;
    /** [3, 2], with `fill` in the row that does not count. */
    const rowsOf = (fill: (i: number) => number, shift: number) =>
      tensor(
        Array.from({ length: 6 }, (_, i) => (stepMask[Math.floor(i / K)] ? shift + i / 10 : fill(i))),
        [3, K],
      );
    const losses: Record<string, (a: Tensor, b: Tensor, targets: Tensor) => Tensor> = {
      squaredError: (a, _, t) => squaredError(a, t, stepMask).loss,
      'squaredError of a Gaussian': (a, b, t) => squaredError({ mean: a, variance: b }, t, stepMask).loss,
      bernoulliNll: (a, _, t) => bernoulliNll(a, t, stepMask).loss,
      'bernoulliNll of a Gaussian': (a, b, t) => bernoulliNll({ mean: a, variance: b }, t, stepMask).loss,
      gaussianNll: (a, b, t) => gaussianNll(a, b, t, stepMask).loss,
    };
    for (const [name, loss] of Object.entries(losses)) {
      it(name, () => {
        const of = (fill: (i: number) => number, before: boolean) => {
          const [a, b, targets] = [rowsOf(fill, 0.2), rowsOf(fill, 0.4), rowsOf(fill, 0.1)];
          // Both ways that a gradient is made: overwritten, and added to what is there.
          const more = () => squaredError(a, rowsOf(zero, 0), realFrom([1, 0, 0])).loss;
          return bits([a, b], () => {
            const own = loss(a, b, targets);
            return before ? sum(stack([more(), own])) : own;
          });
        };
        for (const before of [false, true]) {
          for (const [title, fill] of Object.entries(fills)) {
            const got = of(fill, before);
            expect(got, title).toEqual(of(zero, before));
            for (const slopes of got.slice(1)) expect(slopes.slice(K, 2 * K)).toEqual([0, 0]);
          }
        }
      });
    }

    it('squaredError of [[1], [2]] and [[0], [NaN]] with the second row masked is 1', () => {
      const { loss } = squaredError(tensor([[1], [2]]), tensor([[0], [Number.NaN]]), realFrom([1, 0]));
      expect(loss.item()).toBe(1);
    });

    it.each([-1, 99, -(2 ** 31), 2 ** 31 - 1])(
      'categorical ones, with the target %i and any logits',
      (garbage) => {
        const [weight, bias] = [
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
            [7, 8],
          ]),
          tensor([1, 2, 3, 4]),
        ];
        const clusters = {
          cutoffs: [2, 3],
          weight: tensor([
            [1, 0],
            [0, 1],
          ]),
          bias: tensor([1, 2]),
        };
        const of = (fill: (i: number) => number, target: number) => {
          const x = rowsOf(fill, 0.3);
          const other = rowsOf(fill, 0.1);
          const targets = Int32Array.of(0, target, 1);
          const wide = Int32Array.of(3, target, 2);
          return [
            bits([x], () => softmaxNll(x, targets, stepMask).loss),
            bits([x, weight, bias], () => readoutNll(x, { weight, bias }, wide, { stepMask }).loss),
            bits(
              [x, weight, bias, clusters.weight, clusters.bias],
              () => readoutNll(x, { weight, bias, clusters }, wide, { stepMask }).loss,
            ),
            bits([x, other, weight], () => readoutDistance(x, other, { weight }, 0.5, stepMask)),
          ];
        };
        for (const [name, fill] of Object.entries(fills))
          expect(of(fill, garbage), name).toEqual(of(zero, 0));
        expect(() => softmaxNll(rowsOf(zero, 0), Int32Array.of(0, 0, garbage), stepMask)).toThrow(
          'softmaxNll: expected targets from 0 to 1',
        );
      },
    );
  });

  it('on an embedding, where any integer may stand', () => {
    const words = embedding(
      { vocabulary: 5, size: 3, dropout: parseDropout('variational:embedding=.3') },
      stream,
    );
    const of = (garbage: number) => {
      const numbers = Int32Array.from({ length: T * B }, (_, m) => m % 5);
      const run = () => {
        const padded = realFrom(numbers);
        fillPadding(padded, [T, B, 1], { ...rows, fill: () => garbage });
        return words.forward(Int32Array.from(padded), B, stream.at(1), rows);
      };
      return bits([words.parameters.weight], () => mean(square(run())));
    };
    for (const garbage of [-1, 5, 1e6, 3]) expect(of(garbage)).toEqual(of(0));
    expect(() => words.forward(Int32Array.of(1, -1), 1)).toThrow(
      'expected words from 0 to 4, got -1 at step 1',
    );
    expect(() => words.forward(Int32Array.of(1, -1), 1, undefined, { stop: Int32Array.of(3) })).toThrow(
      'expected stop as an Int32Array of 1 steps from 0 to 2',
    );
  });
});
