import { describe, expect, it } from 'vitest';
import { describePlan } from '../../dropout/describe.ts';
import { noiseEntry } from '../../dropout/noise-entry.ts';
import { parseDropout } from '../../dropout/parse.ts';
import { ConfigError } from '../../errors.ts';
import { isGaussian } from '../../moments/gaussian.ts';
import { NoiseStream } from '../../random/stream.ts';
import { Tensor, zeros } from '../../tensor/tensor.ts';
import { type DeepRnnOptions, deepRnn, rnn } from './layers.ts';

const stream = new NoiseStream(5);
const sizes = { inputSize: 6, hiddenSize: 24 };
const [T, B] = [6, 4];
const x = new Tensor([T, B, 6], new NoiseStream(2).normals({ site: 'sample' }, T * B * 6));

const data = (value: ReturnType<ReturnType<typeof deepRnn>['forward']>['output']) =>
  Array.from((isGaussian(value) ? value.mean : value).data);

describe('a recurrent layer with a deep transition', () => {
  // The first layer of the transition is a plain cell; an identity above it with the unit matrix leaves its units as they are.
  it('is the plain cell where the layer above the first is the identity', () => {
    const deep = deepRnn({ ...sizes, activation: 'identity', learnInitialState: true }, stream);
    const plain = rnn({ ...sizes, learnInitialState: true }, stream);
    const H = sizes.hiddenSize;
    deep.parameters.weightIn.data.set(plain.parameters.weightIn.data);
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < H; j++) {
        deep.parameters.weightRec.data[i * 2 * H + j] = plain.parameters.weightRec.data[i * H + j];
        deep.parameters.weightRec.data[i * 2 * H + H + j] = i === j ? 1 : 0;
      }
    }
    const [got, expected] = [deep, plain].map((layer) => data(layer.forward(x).output));
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i], 5);
  });

  it('carries its state: two halves of a sequence are the whole', () => {
    const layer = deepRnn({ ...sizes, shortcut: true, transitionActivation: 'maxout' }, stream);
    const half = (from: number) => new Tensor([3, B, 6], x.data.subarray(from * B * 6, (from + 3) * B * 6));
    const first = layer.forward(half(0));
    const second = layer.forward(half(3), first.state);
    expect([...data(first.output), ...data(second.output)]).toEqual(data(layer.forward(x).output));
  });

  // The units are not independent of each other, nor Gaussian: 2e4 samples leave 1 % of a deviation, the approximation the rest.
  it.each<[string, Partial<DeepRnnOptions>]>([
    ['DT of tanh', {}],
    ['DT(S) of tanh', { shortcut: true }],
    ['three layers, sigmoid below tanh', { transition: 3, transitionActivation: 'sigmoid' }],
    ['relu below tanh', { transitionActivation: 'relu', shortcut: true }],
    ['identities', { transitionActivation: 'identity', activation: 'identity' }],
  ])('has the mean and the variance of its samples: %s', (_, options) => {
    const rates = 'fast:input=.2,recurrent=.2,transition=.2,scaling=inverted';
    const initial = { weightRec: { variance: 0.3 / sizes.hiddenSize } };
    const make = (mode: string) =>
      deepRnn(
        { ...sizes, initial, ...options, dropout: parseDropout(`${rates},form=gauss-hermite${mode}`) },
        new NoiseStream(5),
      );
    const batch = 4000;
    const one = new Tensor([3, 1, 6], x.data.slice(0, 18));
    const { output } = make('').forward(one, undefined, stream);
    if (!isGaussian(output)) throw new Error('expected moments');
    const many = zeros([3, batch, 6]);
    for (let t = 0; t < 3; t++) {
      for (let b = 0; b < batch; b++) many.data.set(one.data.subarray(t * 6, t * 6 + 6), (t * batch + b) * 6);
    }
    const layer = make(',mode=sample');
    const H = sizes.hiddenSize;
    const [sum, square] = [new Float64Array(H), new Float64Array(H)];
    const draws = 5;
    for (let draw = 0; draw < draws; draw++) {
      const drawn = data(layer.forward(many, undefined, stream.at(draw)).output).slice(2 * batch * H);
      for (const [i, value] of drawn.entries()) {
        sum[i % H] += value / (draws * batch);
        square[i % H] += value ** 2 / (draws * batch);
      }
    }
    let [wrongMean, wrongDeviation, deviations] = [0, 0, 0];
    for (let j = 0; j < H; j++) {
      const deviation = Math.sqrt(square[j] - sum[j] ** 2);
      deviations += deviation;
      wrongMean += Math.abs(output.mean.data[2 * H + j] - sum[j]);
      wrongDeviation += Math.abs(Math.sqrt(output.variance.data[2 * H + j]) - deviation);
    }
    expect(deviations / H).toBeGreaterThan(0.02);
    expect(wrongMean / deviations).toBeLessThan(0.1);
    expect(wrongDeviation / deviations).toBeLessThan(0.15);
  });

  it('has masks of its own for every layer between two states', () => {
    const dropout = {
      ...parseDropout('none'),
      name: 'own',
      noise: [noiseEntry({ site: 'transition', rate: 0.5, interval: 'sequence' })],
      modes: { train: 'sample', test: 'mean' } as const,
    };
    const layer = deepRnn({ ...sizes, transition: 3, dropout }, stream);
    expect(describePlan(layer.plan)).toContain('transition');
    expect(data(layer.forward(x, undefined, stream).output)).not.toEqual(data(layer.forward(x).output));
  });

  it('refuses what has no moments, with the reason', () => {
    const dropout = parseDropout('fast:input=.1,recurrent=.2');
    const make = (options: Partial<DeepRnnOptions>) => () =>
      deepRnn({ ...sizes, dropout, ...options }, stream);
    expect(make({ transitionActivation: 'maxout' })).toThrow(/maxout, whose pieces read the same noise/);
    expect(make({ activation: 'lp' })).toThrow(/lp, whose pieces/);
    const closed = parseDropout('weight-noise:deviation=.1,form=closed');
    expect(make({ dropout: closed })).toThrow(/several maps on one another/);
  });

  it('refuses settings that no transition has', () => {
    const make = (options: Partial<DeepRnnOptions>) => () => deepRnn({ ...sizes, ...options }, stream);
    expect(make({ transition: 1 })).toThrow(ConfigError);
    expect(make({ order: 3 })).toThrow(/power of two/);
    expect(make({ pieces: 1 })).toThrow(ConfigError);
    expect(() => rnn({ ...sizes, dropout: parseDropout('variational:transition=.2') }, stream)).toThrow(
      /deep-rnn's alone/,
    );
  });
});
