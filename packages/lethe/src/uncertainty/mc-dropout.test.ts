import { describe, expect, it } from 'vitest';
import { embeddingRegularizer, splitReadout } from '../dropout/combine.ts';
import { fast } from '../dropout/fast.ts';
import { parseDropout } from '../dropout/parse.ts';
import { standard } from '../dropout/standard.ts';
import { variational } from '../dropout/variational.ts';
import { isGaussian, meanOf } from '../moments/gaussian.ts';
import { embedding } from '../nn/embedding.ts';
import { everyMethod } from '../nn/every-method.suite.ts';
import { linear } from '../nn/linear.ts';
import { recurrentStack } from '../nn/recurrent/stack.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor } from '../tensor/tensor.ts';
import { bernoulliUncertainty, categoricalUncertainty } from './entropy.ts';
import { sharesMasks, type Tokens } from './mc-checks.ts';
import { mcDropout, type StochasticModel } from './mc-dropout.ts';
import type { McPrediction } from './mc-summary.ts';

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

describe('MC dropout, every method', () => {
  const draws = everyMethod.filter(([dropout]) => {
    const { noise, weightNoise, modes } = parseDropout(dropout);
    return (noise.length > 0 || weightNoise) && (modes.train === 'sample' || modes.train === 'gaussian');
  });

  it.each(draws)(
    '%s: the same in windows as in one pass, and side by side as one after another',
    (dropout, cells) => {
      const regularizer = parseDropout(dropout);
      const { recurrent, readout: atReadout } = splitReadout(regularizer);
      const stack = recurrentStack(
        { cell: cells[cells.length - 1], inputSize: I, hiddenSizes: [H, H], dropout: recurrent },
        stream,
      );
      const readout = linear({ inputSize: H, outputSize: K, layer: 2, dropout: atReadout }, stream);
      const run: StochasticModel = (rows, noise, state) => {
        const hidden = stack.forward(rows, state, noise);
        const output = readout.forward(hidden.output, noise);
        return { output: isGaussian(output) ? output.mean : output, state: hidden.state };
      };
      const options = { samples: 3, distribution: 'bernoulli' } as const;
      const whole = mcDropout(run, regularizer, x, stream.from(0), options);
      for (const batched of sharesMasks(regularizer) ? [false] : [false, true]) {
        const window = (from: number, to: number, states?: McPrediction['states']) =>
          mcDropout(
            run,
            regularizer,
            x.view([to - from, B, I], from * B * I),
            stream.from(from),
            { ...options, batched },
            states,
          );
        const first = window(0, 2);
        const second = window(2, T, first.states);
        const joined = [...first.logProbabilities, ...second.logProbabilities];
        joined.forEach((p, i) => {
          expect(p).toBeCloseTo(whole.logProbabilities[i], 5);
        });
      }
    },
  );
});

describe('MC dropout of other models', () => {
  it('gives a regression its mean, the variance of its draws, and that which the model itself states', () => {
    const dropout = standard({ input: 0.5 });
    const weight = linear({ inputSize: I, outputSize: 2, dropout, layer: 3 }, stream);
    const S = 4000;
    const ones = new Tensor([1, 1, I], Float32Array.from([1, 1, 1, 1]) as Tensor['data']);
    const { mean, epistemic, aleatoric } = mcDropout(
      (rows, noise) => ({ output: weight.forward(rows, noise), state: [] }),
      dropout,
      ones,
      stream,
      { samples: S, distribution: 'gaussian' },
    );
    for (let k = 0; k < 2; k++) {
      // y = sum of w m, m in {0, 2} with probability 1/2: mean sum of w, variance sum of w².
      const w = [0, 1, 2, 3].map((i) => weight.parameters.weight.data[2 * i + k]);
      const variance = w.reduce((sum, one) => sum + one * one, 0);
      const expected = w.reduce((sum, one) => sum + one, 0);
      expect(Math.abs(mean[k] - expected)).toBeLessThan(4 * Math.sqrt(variance / S));
      // The variance of the variance of S draws is below 2 variance² / S.
      expect(Math.abs(epistemic[k] - variance)).toBeLessThan(4 * variance * Math.sqrt(2 / S));
      expect(aleatoric[k]).toBe(0);
    }
    const stated = mcDropout(
      (rows, noise) => {
        const y = weight.forward(rows, noise) as Tensor;
        return {
          output: {
            mean: y,
            variance: new Tensor(
              y.shape,
              y.data.map(() => 0.25),
            ),
          },
          state: [],
        };
      },
      dropout,
      ones,
      stream,
      { samples: 5, distribution: 'gaussian' },
    );
    expect([...stated.aleatoric]).toEqual([0.25, 0.25]);
  });

  it('takes words, and rows of different lengths', () => {
    const dropout = variational({ embedding: 0.4, recurrent: 0.4 });
    const words = embedding(
      { vocabulary: 7, size: I, dropout: embeddingRegularizer(dropout), layer: 5, initial: { variance: 1 } },
      stream,
    );
    const stack = recurrentStack({ cell: 'gru', inputSize: I, hiddenSizes: [H], dropout }, stream);
    const run: StochasticModel<Tokens> = ({ words: numbers, batch }, noise, state, how) =>
      stack.forward(words.forward(numbers, batch, noise), state, noise, { stop: how?.stop }) as ReturnType<
        StochasticModel<Tokens>
      >;
    const tokens = { words: Int32Array.of(1, 2, 3, 4, 5, 6, 0, 1, 2), batch: 3 };
    const options = { samples: 3, distribution: 'categorical', lengths: [3, 1, 2] } as const;
    const results = [true, false].map((batched) =>
      mcDropout(run, dropout, tokens, stream, { ...options, batched }),
    );
    const [{ uncertainty, probabilities }] = results;
    const counts = [true, true, true, true, false, true, true, false, false];
    expect(uncertainty.map(({ predictive }) => Number.isFinite(predictive))).toEqual(counts);
    expect(uncertainty.some(({ information }) => information > 0.01)).toBe(true);
    // Row 1 alone: its one step, drawn as the second of three rows.
    const alone = mcDropout(run, dropout, { words: Int32Array.of(2), batch: 1 }, stream.from(0, 1), {
      samples: 3,
      distribution: 'categorical',
    });
    alone.probabilities.forEach((p, k) => {
      expect(p).toBeCloseTo(probabilities[H + k], 5);
    });
    results[1].probabilities.forEach((p, i) => {
      if (!Number.isNaN(p)) expect(p).toBeCloseTo(probabilities[i], 5);
    });
    // The state after a row's last step is kept.
    const [[state]] = results[0].states;
    expect(meanOf(state.hidden).shape).toEqual([9, H]);
  });

  it('draws what fast dropout integrates when it is told how', () => {
    const dropout = fast({ input: 0.4 });
    const layer = recurrentStack({ cell: 'rnn', inputSize: I, hiddenSizes: [K], dropout }, stream);
    for (const mode of ['sample', 'gaussian'] as const) {
      const { uncertainty } = mcDropout(
        (rows, noise, state, how) => {
          const { output, state: after } = layer.forward(rows, state, noise, how);
          return { output, state: after };
        },
        dropout,
        x,
        stream,
        { samples: 20, distribution: 'categorical', mode },
      );
      expect(uncertainty.every(({ information }) => information > 0)).toBe(true);
    }
  });

  it.each([
    [{ distribution: 'bernouli' }, 'unknown distribution "bernouli"; did you mean "bernoulli"?'],
    [{}, 'expected distribution to be one of bernoulli, categorical, gaussian, got undefined'],
    [{ distribution: 'gaussian', samples: 2.5 }, 'a whole number of at least 1 and at most 32768, got 2.5'],
    [{ distribution: 'gaussian', batched: 1 }, 'expected batched to be true or false'],
    [{ distribution: 'gaussian', mode: 'moments' }, 'unknown mode "moments"; known: sample, gaussian'],
    [{ distribution: 'gaussian', lengths: [9, 1, 1] }, 'each from 1 to 5 steps'],
    [{ distribution: 'gaussian', lengths: [1] }, 'expected lengths of 3 rows'],
    [{ distribution: 'gaussian', sample: 2 }, "did you mean 'samples'"],
  ])('refuses the options %j', (options, message) => {
    const { regularizer, run } = model('variational:recurrent=.5');
    expect(() => mcDropout(run, regularizer, x, stream, options as never)).toThrow(message);
  });

  it('refuses arguments that are none, and outputs and states that do not fit', () => {
    const { regularizer, run } = model('variational:recurrent=.5');
    const call = (...changed: unknown[]) => {
      const given = [run, regularizer, x, stream, { distribution: 'bernoulli', samples: 2 }];
      const all = given.map((one, i) => (i in changed ? changed[i] : one));
      return () => mcDropout(...(all as Parameters<typeof mcDropout>));
    };
    expect(call('variational')).toThrow('expected model to be a function');
    expect(call(run, 'variational')).toThrow('expected a regularizer');
    expect(call(run, regularizer, [[1]])).toThrow('expected x to be a tensor');
    expect(call(run, regularizer, x.view([T * B, I]))).toThrow('expected x of shape [time, batch, features]');
    expect(call(run, regularizer, x, 7)).toThrow('expected a noise stream');
    expect(call(() => ({ output: x.view([T * B, I]), state: [] }))).toThrow('expected the model to give');
    const states = mcDropout(run, regularizer, x, stream, { distribution: 'bernoulli', samples: 2 }).states;
    const options = { distribution: 'bernoulli', samples: 2, batched: false } as const;
    expect(() => mcDropout(run, regularizer, x, stream, options, states)).toThrow(
      'expected the states of 2 runs',
    );
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
