import { describe, expect, it } from 'vitest';
import { fast } from '../dropout/fast.ts';
import { standard } from '../dropout/standard.ts';
import { isGaussian } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor, tensor, zeros } from '../tensor/tensor.ts';
import { linear } from './linear.ts';

const stream = new NoiseStream(23);
const [T, B, I, O] = [3, 4, 5, 2];
const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));
const ones = new Tensor([T, B, I], zeros([T * B * I]).data.fill(1));

describe('Linear', () => {
  it('maps rows of matrices and of sequences alike', () => {
    const layer = linear({ inputSize: I, outputSize: O }, stream);
    const flat = layer.forward(x.view([T * B, I])) as Tensor;
    expect(flat.shape).toEqual([T * B, O]);
    expect((layer.forward(x) as Tensor).toArray()).toEqual(flat.toArray());
  });

  it('draws masks of its input with a stream: of ones through the identity, 0 or 1/(1-rate)', () => {
    const layer = linear({ inputSize: I, outputSize: I, dropout: standard({ input: 0.5 }) }, stream);
    for (let i = 0; i < I; i++)
      for (let j = 0; j < I; j++) layer.parameters.weight.data[i * I + j] = i === j ? 1 : 0;
    const values = (layer.forward(ones, stream) as Tensor).toArray();
    expect(new Set(values)).toEqual(new Set([0, 2]));
    expect((layer.forward(ones) as Tensor).toArray()).toEqual(ones.toArray());
    const paper = standard({ input: 0.25, scaling: 'paper' });
    const scaled = linear({ inputSize: I, outputSize: O, dropout: paper }, stream);
    const whole = linear({ inputSize: I, outputSize: O }, stream).forward(x) as Tensor;
    const test = scaled.forward(x) as Tensor;
    for (let i = 0; i < whole.size; i++) expect(test.data[i]).toBeCloseTo(0.75 * whole.data[i], 5);
  });

  it('has the moments of its masks: 20000 draws of one row, within 4 standard errors', () => {
    const dropout = standard({ input: 0.4 });
    const layer = linear({ inputSize: I, outputSize: 1, dropout }, stream);
    const count = 20000;
    const row = x.data.slice(0, I);
    const rows = new Tensor(
      [count, I],
      zeros([count * I]).data.map((_, i) => row[i % I]),
    );
    const draws = (layer.forward(rows, stream) as Tensor).toArray();
    const moments = layer.forward(new Tensor([1, I], row), undefined, { mode: 'moments' });
    if (!isGaussian(moments)) throw new Error('the moments mode gives a Gaussian');
    const mean = draws.reduce((a, b) => a + b, 0) / count;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / count;
    expect(Math.abs(mean - moments.mean.item())).toBeLessThan(4 * Math.sqrt(moments.variance.item() / count));
    // A sum of Bernoulli terms has a kurtosis of at most 3 here: the standard error of its variance is sqrt(2/n) of it.
    expect(Math.abs(variance / moments.variance.item() - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  });

  it('draws its output in the gaussian mode, with the moments of the moments mode', () => {
    const layer = linear(
      { inputSize: I, outputSize: 1, dropout: fast({ input: 0.4, mode: 'gaussian' }) },
      stream,
    );
    const count = 20000;
    const row = x.data.slice(0, I);
    const rows = new Tensor(
      [count, I],
      zeros([count * I]).data.map((_, i) => row[i % I]),
    );
    const draws = (layer.forward(rows, stream) as Tensor).toArray();
    const moments = layer.forward(new Tensor([1, I], row));
    if (!isGaussian(moments)) throw new Error('the moments mode gives a Gaussian');
    const mean = draws.reduce((a, b) => a + b, 0) / count;
    expect(Math.abs(mean - moments.mean.item())).toBeLessThan(4 * Math.sqrt(moments.variance.item() / count));
  });

  it('reads a Gaussian exactly without noise, and its mean alone when plain', () => {
    const input = { mean: x, variance: ones };
    const layer = linear({ inputSize: I, outputSize: O }, stream);
    const y = layer.forward(input);
    if (!isGaussian(y)) throw new Error('a Gaussian gives a Gaussian');
    const w = layer.parameters.weight.data;
    for (let j = 0; j < O; j++) {
      const squares = Array.from({ length: I }, (_, i) => w[i * O + j] ** 2).reduce((a, b) => a + b, 0);
      expect(y.variance.data[j]).toBeCloseTo(squares, 5);
    }
    const means = (layer.forward(x) as Tensor).toArray();
    expect((layer.forward(input, undefined, { plain: true }) as Tensor).toArray()).toEqual(means);
    const readout = linear(
      { inputSize: I, outputSize: O, dropout: fast({ input: 0, finalLayer: 'plain' }) },
      stream,
    );
    expect((readout.forward(input, stream) as Tensor).toArray()).toEqual(means);
  });

  it('refuses Gaussians in the sampled network and shapes that do not fit', () => {
    const layer = linear({ inputSize: I, outputSize: O, dropout: standard({ input: 0.5 }) }, stream);
    expect(() => layer.forward({ mean: x, variance: ones }, stream)).toThrow(
      'expected a plain tensor in the sample mode',
    );
    expect(() => layer.forward(x, undefined, { mode: 'sample' })).toThrow('expected a noise stream');
    expect(() => layer.forward(tensor([[1, 2]]))).toThrow(
      'expected x of shape [time, batch, 5] or [rows, 5], got [1, 2]',
    );
    expect(() => linear({ inputSize: 1, outputSize: 1.5 }, stream)).toThrow('expected outputSize');
  });
});
