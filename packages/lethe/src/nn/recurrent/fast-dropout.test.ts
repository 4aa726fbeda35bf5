/**
 * Fast dropout against what it integrates: the sampled network with the same entries, 10000 draws. The noise is
 * fresh at every step, so each row of a large batch is one draw.
 */
import { describe, expect, it } from 'vitest';
import { fast } from '../../dropout/fast.ts';
import { type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import { NoiseStream } from '../../random/stream.ts';
import { Tensor, zeros } from '../../tensor/tensor.ts';
import { lstm, rnn } from './layers.ts';

const stream = new NoiseStream(41);
const [T, I, H] = [12, 30, 60];

/** Mean and variance of every unit at the last step over `draws` draws. */
function sampleMoments(output: Tensor, draws: number): { mean: number[]; variance: number[] } {
  const from = (T - 1) * draws * H;
  const mean = new Array<number>(H).fill(0);
  const variance = new Array<number>(H).fill(0);
  for (let b = 0; b < draws; b++)
    for (let j = 0; j < H; j++) mean[j] += output.data[from + b * H + j] / draws;
  for (let b = 0; b < draws; b++) {
    for (let j = 0; j < H; j++) variance[j] += (output.data[from + b * H + j] - mean[j]) ** 2 / draws;
  }
  return { mean, variance };
}

const average = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('fast dropout', () => {
  it('agrees with 10000 sampled networks: mean within 0.005 (root mean square), variance within 5 % (average)', () => {
    const dropout = fast({ input: 0.1, recurrent: 0.3, form: 'gauss-hermite', points: 21 });
    const layer = rnn(
      { inputSize: I, hiddenSize: H, dropout, initial: { weightRec: { spectralRadius: 0.8 } } },
      stream,
    );
    const sequence = stream.normals({ site: 'sample' }, T * I);
    const integrated = layer.forward(new Tensor([T, 1, I], sequence)).output;
    if (!isGaussian(integrated)) throw new Error('the moments mode gives a Gaussian');

    const batch = 1000;
    const repeated = zeros([T, batch, I]);
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < batch; b++)
        repeated.data.set(sequence.subarray(t * I, (t + 1) * I), (t * batch + b) * I);
    }
    const mean = new Array<number>(H).fill(0);
    const square = new Array<number>(H).fill(0);
    for (let pass = 0; pass < 10; pass++) {
      const { output } = layer.forward(repeated, undefined, stream.at(0, pass), { mode: 'sample' });
      const draws = sampleMoments(output as Tensor, batch);
      for (let j = 0; j < H; j++) {
        mean[j] += draws.mean[j] / 10;
        square[j] += (draws.variance[j] + draws.mean[j] ** 2) / 10;
      }
    }
    const last = (T - 1) * H;
    const errors = mean.map((m, j) => (m - integrated.mean.data[last + j]) ** 2);
    const sampled = average(square.map((s, j) => s - mean[j] ** 2));
    const closed = average(integrated.variance.data.slice(last));
    expect(Math.sqrt(average(errors))).toBeLessThan(0.005);
    expect(Math.abs(closed / sampled - 1)).toBeLessThan(0.05);
  });

  it('leaves less variance when only that of the dropout is kept (footnote 1 of Bayer et al. 2013)', () => {
    const x = new Tensor([T, 1, I], stream.normals({ site: 'sample' }, T * I));
    const total = (propagateVariance: boolean) => {
      const dropout = fast({ input: 0.1, recurrent: 0.3, form: 'probit', propagateVariance });
      const { output } = rnn({ inputSize: I, hiddenSize: H, dropout }, stream).forward(x);
      if (!isGaussian(output)) throw new Error('the moments mode gives a Gaussian');
      return average(output.variance.data);
    };
    expect(total(false)).toBeLessThan(total(true));
    expect(total(false)).toBeGreaterThan(0);
  });

  it('with a slope is the network whose weights and biases are so many times as large', () => {
    const options = { inputSize: I, hiddenSize: H };
    const dropout = { input: 0.1, recurrent: 0.3 };
    const half = rnn({ ...options, dropout: fast({ ...dropout, slope: 0.5 }) }, stream);
    const plain = rnn({ ...options, dropout: fast(dropout) }, stream);
    half.parameters.bias.data.set(stream.normals({ site: 'sample', layer: 3 }, H));
    for (const [name, tensor] of Object.entries(plain.parameters)) {
      const from = half.parameters[name as keyof typeof half.parameters]!;
      tensor.data.set(from.data.map((value) => 0.5 * value));
    }
    const x = new Tensor([T, 1, I], stream.normals({ site: 'sample' }, T * I));
    const [a, b] = [half, plain].map((layer) => layer.forward(x).output as Gaussian);
    expect([...a.mean.data]).toEqual([...b.mean.data]);
    expect([...a.variance.data]).toEqual([...b.variance.data]);
  });

  it('with the rate in place of its complement weakens the recurrent mean and nothing else', () => {
    const options = { inputSize: 1, hiddenSize: 1, activation: 'identity' } as const;
    const layer = rnn({ ...options, dropout: fast({ recurrent: 0.2, recurrentMean: 'rate' }) }, stream);
    layer.parameters.weightIn.data[0] = 1;
    layer.parameters.weightRec.data[0] = 3;
    const { mean, variance } = layer.forward(new Tensor([2, 1, 1], Float32Array.of(5, 0))).output as Gaussian;
    // h_1 = 5 is certain; a_2 has mean .2 * 3 * 5 in place of .8 * 3 * 5, and variance .8 * .2 * (3 * 5)^2.
    expect(mean.data[1]).toBeCloseTo(3, 5);
    expect(variance.data[1]).toBeCloseTo(36, 4);
  });

  it('refuses a departure where it has no meaning', () => {
    expect(() => fast({ recurrent: 0.2, slope: 0.5, mode: 'sample' })).toThrow(
      /with mode moments or gaussian/,
    );
    expect(() => fast({ input: 0.2, recurrentMean: 'rate' })).toThrow(/expected a recurrent rate/);
    expect(() => fast({ slope: 0 })).toThrow(/slope/);
    const dropout = fast({ recurrent: 0.2, slope: 0.5 });
    expect(() => lstm({ inputSize: 2, hiddenSize: 2, dropout }, stream)).toThrow(
      /it belongs to a plain cell/,
    );
  });
});
