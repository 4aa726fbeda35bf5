import { describe, expect, it } from 'vitest';
import { splitReadout } from '../dropout/combine.ts';
import { parseDropout } from '../dropout/parse.ts';
import { linear } from '../nn/linear.ts';
import { recurrentStack } from '../nn/stack.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor } from '../tensor/tensor.ts';
import { bernoulliUncertainty, categoricalUncertainty } from './entropy.ts';
import { mcDropout, type StochasticModel } from './mc-dropout.ts';

const stream = new NoiseStream(42, 9);
const [T, B, I, H, K] = [5, 3, 4, 8, 3];
const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));

function model(dropout: string): { regularizer: ReturnType<typeof parseDropout>; run: StochasticModel } {
  const regularizer = parseDropout(dropout);
  const { recurrent } = splitReadout(regularizer);
  const stack = recurrentStack({ cell: 'lstm', inputSize: I, hiddenSizes: [H], dropout: recurrent }, stream);
  const readout = linear({ inputSize: H, outputSize: K, layer: 1 }, stream);
  return {
    regularizer,
    run(rows, noise, state) {
      const hidden = stack.forward(rows, state, noise);
      return { output: readout.forward(hidden.output), state: hidden.state };
    },
  };
}

describe('MC dropout', () => {
  it('averages the probabilities of runs with streams of their own', () => {
    const { regularizer, run } = model('variational:recurrent=.5');
    const { probabilities } = mcDropout(run, regularizer, x, stream, {
      samples: 4,
      distribution: 'bernoulli',
      batched: false,
    });
    const expected = new Float64Array(T * B * K);
    for (let s = 0; s < 4; s++) {
      const logits = run(x, stream.at(9, 2 * s), undefined).output as Tensor;
      logits.data.forEach((z: number, i: number) => {
        expected[i] += 1 / (1 + Math.exp(-z)) / 4;
      });
    }
    probabilities.forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i], 12);
    });
  });

  it('runs S copies of the rows at once where every example has masks of its own', () => {
    const { regularizer, run } = model('variational:recurrent=.5');
    let calls = 0;
    const counted: StochasticModel = (...args) => {
      calls++;
      return run(...args);
    };
    const S = 2000;
    const together = mcDropout(counted, regularizer, x, stream, { samples: S, distribution: 'bernoulli' });
    expect(calls).toBe(1);
    expect(together.probabilities).toHaveLength(T * B * K);
    // Another 2000 draws: means of probabilities in [0, 1] differ by less than 4 sqrt(2 / (4 * 2000)).
    const others = mcDropout(run, regularizer, x, stream.at(10), { samples: S, distribution: 'bernoulli' });
    together.probabilities.forEach((p, i) => {
      expect(Math.abs(p - others.probabilities[i])).toBeLessThan(4 * Math.sqrt(2 / (4 * S)));
    });
  });

  it('runs one after the other where the batch shares a mask, and refuses to do it at once', () => {
    const { regularizer, run } = model('awd:weight=.5');
    const { uncertainty } = mcDropout(run, regularizer, x, stream, {
      samples: 5,
      distribution: 'categorical',
    });
    expect(uncertainty.some(({ information }) => information > 1e-6)).toBe(true);
    expect(() =>
      mcDropout(run, regularizer, x, stream, { samples: 5, distribution: 'categorical', batched: true }),
    ).toThrow('whose batch shares a draw');
  });

  it('goes on from the states of an earlier window, with the same masks for the whole pass', () => {
    for (const batched of [false, true]) {
      const { regularizer, run } = model('variational:recurrent=.5');
      const options = { samples: 3, distribution: 'categorical', batched } as const;
      const whole = mcDropout(run, regularizer, x, stream, options);
      const part = (from: number, to: number) => x.view([to - from, B, I], from * B * I);
      const first = mcDropout(run, regularizer, part(0, 2), stream, options);
      const second = mcDropout(run, regularizer, part(2, T), stream, options, first.states);
      const joined = [...first.probabilities, ...second.probabilities];
      joined.forEach((p, i) => {
        expect(p).toBeCloseTo(whole.probabilities[i], 6);
      });
    }
  });

  it('is no use without noise to draw, and says so', () => {
    for (const dropout of ['none', 'fast:input=.1']) {
      const { regularizer, run } = model(dropout);
      expect(() => mcDropout(run, regularizer, x, stream, { distribution: 'bernoulli' })).toThrow(
        'expected a method that draws',
      );
    }
  });
});

describe('uncertainty', () => {
  it('of samples that agree is all in the samples', () => {
    const u = bernoulliUncertainty([
      [0.5, 0.25],
      [0.5, 0.25],
    ]);
    expect(u.information).toBe(0);
    // ln 2 + H(1/4)
    expect(u.predictive).toBeCloseTo(Math.LN2 - 0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 12);
  });

  it('of sure samples that contradict each other is all in their disagreement', () => {
    const coin = bernoulliUncertainty([[0], [1]]);
    expect(coin).toEqual({ predictive: Math.LN2, expected: 0, information: Math.LN2 });
    const classes = categoricalUncertainty([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(classes.information).toBeCloseTo(Math.log(3), 12);
    expect(classes.expected).toBe(0);
  });
});
