import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { square } from '../../autograd/ops/elementwise.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { gradients } from '../../autograd/tape.ts';
import { fast } from '../../dropout/fast.ts';
import type { NoiseEntry, Regularizer } from '../../dropout/noise.ts';
import { noiseEntry } from '../../dropout/noise-entry.ts';
import { none } from '../../dropout/none.ts';
import { standard } from '../../dropout/standard.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { isGaussian, meanOf } from '../../moments/gaussian.ts';
import { NoiseStream } from '../../random/stream.ts';
import { scoped } from '../../tensor/scratch.ts';
import { Tensor, tensor, zeros } from '../../tensor/tensor.ts';
import { rnn } from './layers.ts';

const stream = new NoiseStream(17);
const [T, B, I, H] = [7, 3, 5, 6];
const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));

type Entry = Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>;

function sampled(...noise: Entry[]): Regularizer {
  return {
    name: 'by hand',
    reference: 'a test',
    noise: noise.map(noiseEntry),
    modes: { train: 'sample', test: 'mean' },
  };
}

const layerWith = (dropout: Regularizer, more: object = {}) =>
  rnn({ inputSize: I, hiddenSize: H, dropout, learnInitialState: true, ...more }, stream);
const plain = layerWith(none());
const plainOutput = plain.forward(x).output as Tensor;

describe('Rnn', () => {
  it('takes one step as written: h = tanh(x W_in + h0 W_rec + b)', () => {
    const layer = rnn(
      { inputSize: 1, hiddenSize: 1, initial: { bias: { kind: 'constant', value: 0.25 } } },
      stream,
    );
    layer.parameters.weightIn.data[0] = 2;
    layer.parameters.weightRec.data[0] = -1;
    const { output, state } = layer.forward(tensor([0.5], [1, 1, 1]), { hidden: tensor([[0.75]]) });
    expect(meanOf(output).item()).toBeCloseTo(Math.tanh(0.5 * 2 - 0.75 + 0.25), 6);
    expect(meanOf(state.hidden).item()).toBe(meanOf(output).item());
  });

  it('carries state: two halves give the bits of the whole', () => {
    const half = (from: number, to: number) => x.view([to - from, B, I], from * B * I);
    const first = plain.forward(half(0, 4));
    const second = plain.forward(half(4, T), first.state);
    expect([...meanOf(first.output).toArray(), ...meanOf(second.output).toArray()]).toEqual(
      plainOutput.toArray(),
    );
  });

  it('begins at the learned state, and at zero without one', () => {
    const layer = layerWith(none());
    layer.parameters.initialState!.data.fill(0.5);
    const given = new Tensor([B, H], zeros([B * H]).data.fill(0.5));
    expect(meanOf(layer.forward(x).output).toArray()).toEqual(
      meanOf(layer.forward(x, { hidden: given }).output).toArray(),
    );
    const zero = rnn({ inputSize: I, hiddenSize: H }, stream);
    const fromZeros = zero.forward(x, { hidden: zeros([B, H]) }).output as Tensor;
    expect(meanOf(zero.forward(x).output).toArray()).toEqual(fromZeros.toArray());
  });

  it('gives a front-padded sequence what it gives the sequence alone', () => {
    const padded = new Tensor([T, B, I], x.data.slice());
    const start = Int32Array.of(0, 3, 0);
    for (const dropout of [none(), fast({ input: 0.2, recurrent: 0.3 })]) {
      const layer = layerWith(dropout);
      const { output } = layer.forward(padded, undefined, undefined, { start });
      const row = new Tensor(
        [T - 3, 1, I],
        new Float32Array((T - 3) * I).map((_, i) => x.data[((Math.floor(i / I) + 3) * B + 1) * I + (i % I)]),
      );
      const alone = layer.forward(row).output;
      for (let t = 3; t < T; t++) {
        for (let j = 0; j < H; j++) {
          expect(meanOf(output).data[(t * B + 1) * H + j]).toBeCloseTo(
            meanOf(alone).data[(t - 3) * H + j],
            5,
          );
        }
      }
    }
  });

  it('works in scratch memory and hands it back', () => {
    const kept = scoped(() => {
      const { output, state } = plain.forward(x);
      return { output, state: meanOf(state.hidden).keep() };
    });
    expect(() => meanOf(kept.output).data).toThrow('call keep()');
    expect(kept.state.toArray()).toEqual(plainOutput.toArray().slice(-B * H));
  });

  it('refuses what does not fit, naming the layer', () => {
    expect(() => plain.forward(tensor([[[1]]]))).toThrow(
      'rnn (layer 0): expected x of shape [time, batch, 5], got [1, 1, 1]',
    );
    expect(() => plain.forward(zeros([0, B, I]))).toThrow(ShapeError);
    expect(() => plain.forward(x, { hidden: zeros([B, H + 1]) })).toThrow(
      'expected the hidden state of shape [3, 6]',
    );
    expect(() => plain.forward(x, undefined, undefined, { start: Int32Array.of(0, 1) })).toThrow(ShapeError);
    expect(() => plain.forward(x, undefined, undefined, { stop: Int32Array.of(0, 1, T + 1) })).toThrow(
      ShapeError,
    );
    expect(() => rnn({ inputSize: 0, hiddenSize: 1 }, stream)).toThrow('inputSize');
    expect(() => rnn({ inputSize: 1, hiddenSize: 1, activation: 'tahn' as 'tanh' }, stream)).toThrow(
      'did you mean "tanh"?',
    );
    expect(() => rnn({ inputSize: 1, hiddensize: 1 } as never, stream)).toThrow("did you mean 'hiddenSize'?");
  });
});

describe('noise as an argument', () => {
  const entry = fc.record({
    site: fc.constantFrom('input', 'recurrent', 'output', 'cell'),
    rate: fc.constant(0.5),
    interval: fc.constantFrom('step', 'sequence'),
    examples: fc.constantFrom('each', 'batch'),
  }) as fc.Arbitrary<Entry>;

  it('draws with a stream, the same again with the same stream, and is deterministic without', () => {
    fc.assert(
      fc.property(entry, (entry) => {
        // What is carried on is refused with inverted scaling.
        const scaling = entry.site === 'cell' ? 'paper' : 'inverted';
        const layer = layerWith(sampled({ ...entry, scaling }));
        const run = (noise?: NoiseStream) => meanOf(layer.forward(x, undefined, noise).output).toArray();
        // In both orders: what ran before leaves no trace.
        const before = run();
        expect(run(stream)).toEqual(run(stream));
        expect(run(stream)).not.toEqual(run(stream.at(1)));
        expect(run(stream)).not.toEqual(run(stream.at(0, 1)));
        expect(run(stream)).not.toEqual(before);
        expect(run()).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('changes with the size of the batch without complaint', () => {
    const layer = layerWith(sampled({ site: 'recurrent', rate: 0.5, interval: 'sequence' }));
    layer.forward(x, undefined, stream);
    const one = layer.forward(x.view([T, 1, I]), undefined, stream);
    expect(meanOf(one.output).shape).toEqual([T, 1, H]);
  });

  it('without noise gives the bits of the plain network, at every site and in every mode', () => {
    const sites: Entry[] = [
      { site: 'input', rate: 0 },
      { site: 'recurrent', rate: 0, interval: 'sequence' },
      { site: 'cell', rate: 0, scaling: 'paper' },
      { site: 'output', rate: 0 },
      { site: 'hidden', kind: 'zoneout', rate: 0 },
      { site: 'weight', rate: 0, interval: 'sequence', examples: 'batch' },
    ];
    const methods = [
      sampled(...sites),
      standard({ input: 0, recurrent: 0, output: 0 }),
      fast({ input: 0, form: 'probit' }),
      fast({ input: 0, form: 'gauss-hermite' }),
    ];
    for (const method of methods) {
      for (const noise of [stream, undefined]) {
        expect(meanOf(layerWith(method).forward(x, undefined, noise).output).toArray()).toEqual(
          plainOutput.toArray(),
        );
      }
    }
    // A carried Gaussian state without variance changes nothing.
    const layer = layerWith(fast({ input: 0, form: 'probit' }));
    const first = layer.forward(x);
    expect(isGaussian(first.state.hidden)).toBe(true);
    const again = layer.forward(x, first.state);
    expect(meanOf(again.output).toArray()).toEqual(
      meanOf(plain.forward(x, { hidden: meanOf(first.state.hidden) }).output).toArray(),
    );
  });

  it('in the Wang-Manning form is not the plain network at rate 0: its variance does not vanish', () => {
    const output = layerWith(fast({ input: 0 })).forward(x).output;
    expect(isGaussian(output) && Math.min(...output.variance.data)).toBeGreaterThan(0);
  });

  it('runs paper scaling at test with every value times 1-rate', () => {
    const paper = layerWith(sampled({ site: 'output', rate: 0.25, scaling: 'paper' })).forward(x).output;
    for (let i = 0; i < plainOutput.size; i++) {
      expect(meanOf(paper).data[i]).toBeCloseTo(0.75 * plainOutput.data[i], 6);
    }
  });

  it('zones out: the expectation at test is z times the old plus 1-z times the new state', () => {
    const layer = layerWith(sampled({ site: 'hidden', kind: 'zoneout', rate: 0.25 }));
    const h0 = new Tensor([B, H], stream.normals({ site: 'sample', layer: 3 }, B * H));
    const one = x.view([1, B, I]);
    const renewed = meanOf(plain.forward(one, { hidden: h0 }).output);
    const zoned = meanOf(layer.forward(one, { hidden: h0 }).output);
    for (let i = 0; i < B * H; i++) {
      expect(zoned.data[i]).toBeCloseTo(0.25 * h0.data[i] + 0.75 * renewed.data[i], 6);
    }
  });

  it('zones out: every unit keeps its old value or takes the new one, and the output is the zoned state', () => {
    const layer = layerWith(sampled({ site: 'hidden', kind: 'zoneout', rate: 0.5 }));
    const h0 = new Tensor([B, H], stream.normals({ site: 'sample', layer: 3 }, B * H));
    const one = x.view([1, B, I]);
    const renewed = meanOf(plain.forward(one, { hidden: h0 }).output);
    const { output, state } = layer.forward(one, { hidden: h0 }, stream);
    const isNear = (a: number, b: number) => Math.abs(a - b) < 1e-6;
    const ys = meanOf(output).toArray();
    const kept = ys.filter((y, i) => isNear(y, h0.data[i])).length;
    const taken = ys.filter((y, i) => isNear(y, renewed.data[i])).length;
    expect(kept).toBeGreaterThan(0);
    expect(taken).toBeGreaterThan(0);
    expect(kept + taken).toBe(B * H);
    expect(meanOf(state.hidden).toArray()).toEqual(meanOf(output).toArray());
  });

  it('drops weights: a dropped one gets no gradient, and the raw weights stay as they were', () => {
    const layer = layerWith(sampled({ site: 'weight', rate: 0.5, interval: 'sequence', examples: 'batch' }));
    const raw = layer.parameters.weightRec.toArray();
    const { gradients: slopes } = gradients([layer.parameters.weightRec], () =>
      sum(square(meanOf(layer.forward(x, undefined, stream).output))),
    );
    const zeros = slopes[0].toArray().filter((slope) => slope === 0).length;
    // 36 fair coins: 4 standard deviations are 12.
    expect(zeros).toBeGreaterThan(18 - 12);
    expect(zeros).toBeLessThan(18 + 12);
    expect(layer.parameters.weightRec.toArray()).toEqual(raw);
  });

  it('refuses a drawn mode without a stream, plain modes on Gaussians, and noise it cannot integrate', () => {
    const layer = layerWith(standard({ input: 0.5 }));
    expect(() => layer.forward(x, undefined, undefined, { mode: 'sample' })).toThrow(
      'expected a noise stream',
    );
    expect(() => layer.forward(x, undefined, undefined, { mode: 'gaussian' })).toThrow(
      'expected a noise stream',
    );
    expect(() => layer.forward({ mean: x, variance: zeros([T, B, I]) })).toThrow(ConfigError);
    const zoneout = sampled({ site: 'hidden', kind: 'zoneout', rate: 0.1 });
    expect(() => layerWith(zoneout).forward(x, undefined, stream, { mode: 'moments' })).toThrow(
      /no closed form/,
    );
    expect(() => layer.forward(x, undefined, stream, { mod: 'mean' } as never)).toThrow(
      "did you mean 'mode'?",
    );
  });

  it('runs the same entries in all four modes', () => {
    const layer = layerWith(standard({ input: 0.2, recurrent: 0.3 }));
    const run = (mode: 'sample' | 'moments' | 'gaussian' | 'mean') =>
      layer.forward(x, undefined, stream, { mode }).output;
    expect(isGaussian(run('moments'))).toBe(true);
    for (const mode of ['sample', 'gaussian', 'mean'] as const) expect(isGaussian(run(mode))).toBe(false);
    expect((run('mean') as Tensor).toArray()).toEqual(plainOutput.toArray());
    expect((run('gaussian') as Tensor).toArray()).not.toEqual((run('sample') as Tensor).toArray());
  });
});
