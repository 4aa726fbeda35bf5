import { describe, expect, it } from 'vitest';
import { noiseEntry } from '../dropout/noise-entry.ts';
import { parseDropout } from '../dropout/parse.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { sharesMasks } from './mc-checks.ts';
import { mcDropout } from './mc-dropout.ts';
import type { McPrediction } from './mc-summary.ts';

const [T, B] = [3, 2];
const regularizer = parseDropout('naive:input=.5');
const noise = new NoiseStream(1);
const x = new Tensor([T, B, 1], new Float32Array(T * B));
/** Gives logits of the shape that is asked for. */
const model =
  (output: unknown = undefined) =>
  (rows: Tensor | { words: Int32Array; batch: number }) => {
    const shape = rows instanceof Tensor ? rows.shape : [rows.words.length / rows.batch, rows.batch];
    const size = shape[0] * shape[1];
    return { output: output ?? new Tensor([shape[0], shape[1], 1], new Float32Array(size)), state: [] };
  };
const run = (options: object, given: unknown = x, of = regularizer, f: unknown = model()): McPrediction =>
  (mcDropout as (...all: unknown[]) => McPrediction)(f, of, given, noise, {
    distribution: 'bernoulli',
    samples: 2,
    ...options,
  });

describe('MC dropout takes', () => {
  it.each([1, 2, 3])('%d samples', (samples) => {
    expect(run({ samples, batched: false }).states).toHaveLength(samples);
  });

  it('rates that move at the progress of the stream, and none that are all 0 there', () => {
    const at = (text: string, stream: NoiseStream) => () =>
      mcDropout(model() as never, parseDropout(text), x, stream, { distribution: 'bernoulli', samples: 2 });
    for (const schedule of ['curriculum:gamma=.1', 'curriculum:schedule=switch,at=9']) {
      const text = `${schedule}+naive:input=.5`;
      expect(at(text, noise)).toThrow(/rates are all 0 at training step 0; give noise.trained\(step\)/);
      expect(at(text, noise.trained(9))).not.toThrow();
      expect(at(text, noise.trained(Infinity))).not.toThrow();
    }
    const anneal = 'curriculum:schedule=anneal,gamma=.1+naive:input=.5';
    expect(at(anneal, noise)).not.toThrow();
    expect(at(anneal, noise.trained(Infinity))).toThrow(/rates are all 0 as training ends/);
  });

  it('32,768 samples, each with a pass of its own out of 65,536, and no more', () => {
    const one = new Tensor([1, 1, 1], new Float32Array(1));
    expect(run({ samples: 2 ** 15 }, one).uncertainty).toHaveLength(1);
    for (const samples of [2 ** 15 + 1, 0, -1, 1.5, Number.NaN, '3']) {
      expect(() => run({ samples }, one)).toThrow('expected samples to be a whole number of at least 1');
    }
  });

  it.each([[[3, 3]], [[1, 2]], [Int32Array.of(2, 1)], [Float64Array.of(1, 1)]])('lengths %j', (lengths) => {
    const { uncertainty } = run({ lengths });
    const counted = uncertainty.map(({ predictive }: { predictive: number }) => !Number.isNaN(predictive));
    expect(counted).toEqual(Array.from({ length: T * B }, (_, m) => Math.floor(m / B) < lengths[m % B]));
  });

  it.each([
    [[3]],
    [[3, 3, 3]],
    [[0, 3]],
    [[3, 4]],
    [[1.5, 2]],
    [['1', 2]],
    [[-1, 2]],
    ['33'],
    [7],
    [{ length: 2, 0: 1, 1: 1 }],
  ])('no lengths %j', (lengths) => {
    expect(() => run({ lengths })).toThrow('expected lengths of 2 rows, each from 1 to 3 steps');
  });

  it.each([[[]], [[2]], [[T * B, 1]], [[T, B, 1, 1]], [[0, B, 1]]])('no x of shape %j', (shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    expect(() => run({}, new Tensor(shape, new Float32Array(size)))).toThrow(
      'expected x of shape [time, batch, features]',
    );
  });

  it('words in whole steps', () => {
    expect(run({}, { words: Int32Array.of(1, 2, 3, 4), batch: 2 }).uncertainty).toHaveLength(4);
    expect(run({}, { words: Int32Array.of(1), batch: 1 }).uncertainty).toHaveLength(1);
    for (const [words, batch] of [
      [Int32Array.of(1, 2, 3), 2],
      [new Int32Array(0), 1],
      [Int32Array.of(1, 2), 0],
      [Int32Array.of(1, 2), -1],
    ]) {
      expect(() => run({}, { words, batch })).toThrow('expected whole steps of');
    }
    for (const given of [{ words: [1, 2], batch: 1 }, { words: Int32Array.of(1), batch: 0.5 }, null, 3]) {
      expect(() => run({}, given)).toThrow('expected x to be a tensor or { words: Int32Array, batch }');
    }
  });

  it('no method of which every rate is 0', () => {
    const silent = { ...regularizer, noise: [noiseEntry({ site: 'input', rate: 0 })] };
    expect(() => run({}, x, silent)).toThrow('it has no noise');
    // One rate above 0 is enough.
    const some = { ...regularizer, noise: [...silent.noise, noiseEntry({ site: 'output', rate: 0.5 })] };
    expect(run({}, x, some).uncertainty).toHaveLength(T * B);
    expect(() => run({}, x, parseDropout('fast:input=.5'))).toThrow('its moments are its variance');
    expect(run({ mode: 'sample' }, x, parseDropout('fast:input=.5')).uncertainty).toHaveLength(T * B);
  });

  it('as many states as there are runs', () => {
    const { states } = run({ batched: false });
    const again = (options: object, given: unknown) =>
      mcDropout(
        model() as never,
        regularizer,
        x,
        noise,
        { distribution: 'bernoulli', ...options } as never,
        given as never,
      );
    expect(again({ samples: 2, batched: false }, states).states).toHaveLength(2);
    expect(() => again({ samples: 3, batched: false }, states)).toThrow('the states of 3 runs, got 2');
    expect(() => again({ samples: 2, batched: true }, states)).toThrow('the states of 1 run, got 2');
    expect(() => again({ samples: 2 }, 7)).toThrow('states of every run');
  });

  it('what a model gives, and nothing else', () => {
    for (const given of [undefined, null, 7]) {
      expect(() => run({}, x, regularizer, () => given)).toThrow(
        'expected model to return { output, state }',
      );
    }
    const shapes = [
      [T, 2 * B],
      [T + 1, 2 * B, 1],
      [T, B, 1],
      [T, 2 * B, 1, 1],
      [B, 2 * T, 1],
    ];
    for (const shape of shapes) {
      const wrong = new Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b)));
      const call = () => run({}, x, regularizer, model(wrong));
      expect(call).toThrow('output of shape [3, 4, K]');
      expect(call).toThrow(`got [${shape.join(', ')}]`);
    }
    const plain = new Tensor([T, 2 * B, 1], new Float32Array(2 * T * B));
    const gaussian = { mean: plain, variance: plain };
    expect(() => run({}, x, regularizer, model(gaussian))).toThrow('expected plain logits, got a Gaussian');
    expect(run({ distribution: 'gaussian' }, x, regularizer, model(gaussian))).toHaveProperty('aleatoric');
    expect(() => run({}, x, regularizer, () => ({ output: plain, state: 7 }))).toThrow(
      'states of its layers',
    );
  });
});

describe('a batch shares masks', () => {
  it.each([
    ['naive:input=.5', false],
    ['dropconnect:weight=.5', false],
    ['dropconnect:weight=.5,examples=batch', true],
    ['awd:weight=.5', true],
    ['weight-noise:deviation=.1', true],
  ])('under %s: %s', (dropout, expected) => {
    expect(sharesMasks(parseDropout(dropout))).toBe(expected);
  });

  it('but not where the rate of what is shared is 0', () => {
    const shared = noiseEntry({ site: 'weight', rate: 0, examples: 'batch' });
    expect(sharesMasks({ ...regularizer, noise: [shared] })).toBe(false);
    expect(sharesMasks({ ...regularizer, noise: [{ ...shared, rate: 0.1 }] })).toBe(true);
    expect(() => run({ batched: true }, x, { ...regularizer, noise: [{ ...shared, rate: 0.1 }] })).toThrow(
      'expected masks of their own for every example with batched',
    );
  });
});

it('a sample of a single number is its own mean', () => {
  const logits = tensor([0.7], [1, 1, 1]);
  const one = new Tensor([1, 1, 1], new Float32Array(1));
  const { probabilities } = run({ samples: 1 }, one, regularizer, model(logits));
  expect(probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(-0.7)), 6);
});
