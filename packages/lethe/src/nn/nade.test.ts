/** The NADE readout: probabilities, samples, Gaussian states, orders and dropped units. */
import { describe, expect, it } from 'vitest';
import { gradients } from '../autograd/tape.ts';
import { splitReadout } from '../dropout/combine.ts';
import { fast } from '../dropout/fast.ts';
import { ConfigError, DataError, ShapeError } from '../errors.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { realFrom } from '../tensor/dtype.ts';
import { Tensor, tensor, zeros } from '../tensor/tensor.ts';
import { type Nade, type NadeOptions, nade } from './nade.ts';
import { nadeNll } from './readout/nade-nll.ts';
import { nadeSample } from './readout/nade-sample.ts';

const stream = new NoiseStream(9);
const normal = (shape: number[], layer: number, deviation = 1) =>
  new Tensor(
    shape,
    stream.normals(
      { site: 'sample', layer },
      shape.reduce((a, b) => a * b, 1),
      0,
      deviation,
    ),
  );

const [I, D, K] = [3, 4, 5];
const small = (options: Partial<NadeOptions> = {}): Nade =>
  nade({ inputSize: I, outputSize: D, hiddenSize: K, ...unruly, ...options }, stream);
/** Weights that make the dimensions depend on each other. */
const unruly = { initial: { weightIn: { variance: 2 }, weightOut: { variance: 2 } } } as const;
const everyFrame = new Tensor(
  [16, D],
  realFrom(Array.from({ length: 64 }, (_, i) => (i >> (2 + (i % 4))) & 1)),
);

/** log p of all sixteen frames under one row of biases. */
function logProbabilities(model: Nade, biases: Tensor | Gaussian): number[] {
  const repeated = (one: Tensor) =>
    new Tensor(
      [16, D + K],
      realFrom(
        Array(16)
          .fill([...one.data])
          .flat(),
      ),
    );
  const rows =
    biases instanceof Tensor
      ? repeated(biases)
      : { mean: repeated(biases.mean), variance: repeated(biases.variance) };
  return Array.from(model.rowNll(rows, everyFrame).data, (nll: number) => -nll);
}

function frequencies(samples: Tensor): Float64Array {
  const counts = new Float64Array(16);
  for (let m = 0; m < samples.size / D; m++) {
    let number = 0;
    for (let i = 0; i < D; i++) number += samples.data[m * D + i] << i;
    counts[number]++;
  }
  return counts;
}

/** Numbers of the frames in the order of {@link everyFrame}. */
const numbers = Array.from({ length: 16 }, (_, m) =>
  Array.from(everyFrame.data.subarray(m * D, (m + 1) * D)).reduce<number>((sum, v, i) => sum + (v << i), 0),
);

describe('a NADE readout', () => {
  it('gives every frame a probability, and all of them one', () => {
    expect(new Set(numbers).size).toBe(16);
    for (const order of [undefined, Int32Array.of(3, 2, 1, 0), Int32Array.of(1, 3, 0, 2)]) {
      const model = small({ order });
      const sum = logProbabilities(model, model.biases(normal([1, I], 1)) as Tensor).reduce(
        (total, log) => total + Math.exp(log),
        0,
      );
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it.each([[undefined], [[Int32Array.of(0, 1, 2, 3), Int32Array.of(3, 1, 0, 2)]]])(
    'counts a frame as often as its weight says, in the orders %j',
    (order) => {
      const model = small({ order });
      const state = normal([4, I], 1);
      const nll = (rows: readonly number[], stepMask?: Float32Array) => {
        const of = ({ data }: Tensor, n: number) =>
          tensor(
            rows.flatMap((m) => [...data.subarray(m * n, (m + 1) * n)]),
            [rows.length, n],
          );
        const [some, frames] = [of(state, I), of(everyFrame, D)];
        const { weightIn, weightOut } = model.parameters;
        const run = () => model.nll(some, frames, { stepMask }).loss;
        const { loss, gradients: slopes } = gradients([weightIn, weightOut], run);
        return [loss, ...slopes.flatMap((slope) => slope.toArray())];
      };
      // A weight of 2 is the frame twice.
      const twice = nll([0, 1, 1, 2, 3, 3]);
      const weighted = nll([0, 1, 2, 3], Float32Array.of(1, 2, 1, 2));
      for (const [i, value] of twice.entries()) expect(weighted[i]).toBeCloseTo(value, 5);
    },
  );

  it('averages the likelihoods of several orders, and gives that of one where it is asked for', () => {
    const orders = [Int32Array.of(0, 1, 2, 3), Int32Array.of(3, 2, 1, 0), Int32Array.of(1, 3, 0, 2)];
    const biases = small().biases(normal([1, I], 1)) as Tensor;
    const each = orders.map((order) => logProbabilities(small({ order }), biases));
    const mixed = logProbabilities(small({ order: orders }), biases);
    for (let m = 0; m < 16; m++) {
      const mean = each.reduce((sum, logs) => sum + Math.exp(logs[m]) / 3, 0);
      expect(mixed[m]).toBeCloseTo(Math.log(mean), 4);
    }
    const rows = new Tensor(
      [16, D + K],
      realFrom(
        Array(16)
          .fill([...biases.data])
          .flat(),
      ),
    );
    for (const [order, logs] of each.entries()) {
      const nll = small({ order: orders }).rowNll(rows, everyFrame, { order }).data;
      expect(Array.from(nll, (one: number) => -one)).toEqual(logs);
    }
  });

  it('has the gradients of the averaged likelihood, by differences', () => {
    const order = [Int32Array.of(0, 1, 2, 3), Int32Array.of(3, 2, 1, 0)];
    const model = small({ order });
    const state = normal([2, 3, I], 16);
    const frames = new Tensor([2, 3, D], everyFrame.data.slice(0, 24));
    const stepMask = Float32Array.of(1, 1, 0, 1, 1, 1);
    const loss = () => model.nll(state, frames, { stepMask }).loss;
    const tensors = Object.values(model.parameters);
    const run = gradients(tensors, loss);
    for (const [n, { data }] of tensors.entries()) {
      const at = Math.floor(data.length / 2);
      const before = data[at];
      const moved = (by: number): number => {
        data[at] = before + by;
        return loss().data[0];
      };
      const slope = (moved(0.02) - moved(-0.02)) / 0.04;
      data[at] = before;
      expect(run.gradients[n].data[at], `parameter ${n}`).toBeCloseTo(slope, 3);
    }
  });

  it('has probabilities that depend on the order', () => {
    const biases = small().biases(normal([1, I], 1)) as Tensor;
    const low = logProbabilities(small(), biases);
    const high = logProbabilities(small({ order: Int32Array.of(3, 2, 1, 0) }), biases);
    expect(Math.max(...low.map((log, m) => Math.abs(log - high[m])))).toBeGreaterThan(0.1);
  });

  it.each([
    ['a plain state', false, undefined],
    ['a Gaussian state', true, undefined],
    ['a plain state, last dimension first', false, Int32Array.of(3, 2, 1, 0)],
    ['a Gaussian state, two orders', true, [Int32Array.of(0, 1, 2, 3), Int32Array.of(3, 2, 1, 0)]],
  ])('samples frames as often as they are probable: %s, 1e5 of them', (_, isGaussian, order) => {
    const model = small({ order });
    const count = 100_000;
    const one = normal([1, I], 2);
    const state = isGaussian ? { mean: one, variance: tensor([0.5, 1, 2], [1, I]) } : one;
    const biases = model.biases(state);
    const repeated = (row: Tensor) => {
      const all = zeros([count, D + K]);
      for (let m = 0; m < count; m++) all.data.set(row.data, m * (D + K));
      return all;
    };
    const rows =
      biases instanceof Tensor
        ? repeated(biases)
        : { mean: repeated(biases.mean), variance: repeated(biases.variance) };
    const counts = frequencies(model.sample(rows, new NoiseStream(4)));
    for (const [m, log] of logProbabilities(model, biases).entries()) {
      const p = Math.exp(log);
      // The deviation of a frequency of independent draws is sqrt(p (1 - p) / n).
      const sigma = Math.sqrt((p * (1 - p)) / count);
      expect(Math.abs(counts[numbers[m]] / count - p), `frame ${numbers[m]}`).toBeLessThan(4 * sigma);
    }
  });

  it('comes nearer to the distribution averaged over a Gaussian state than its mean does', () => {
    const mean = normal([1, I], 5);
    const variance = tensor([1, 1, 1], [1, I]);
    const draws = 20_000;
    const states = zeros([draws, I]);
    const noise = new NoiseStream(6).normals({ site: 'sample' }, draws * I);
    for (let m = 0; m < draws * I; m++) states.data[m] = mean.data[m % I] + noise[m];
    const exact = new Float64Array(16);
    const model = small();
    const biases = model.biases(states) as Tensor;
    for (let f = 0; f < 16; f++) {
      const frame = everyFrame.data.subarray(f * D, (f + 1) * D);
      const frames = zeros([draws, D]);
      for (let m = 0; m < draws; m++) frames.data.set(frame, m * D);
      for (const nll of model.rowNll(biases, frames).data) exact[f] += Math.exp(-nll) / draws;
    }
    const divergence = (moments: 'mean' | 'averaged') => {
      const other = small({ moments });
      const logs = logProbabilities(other, other.biases({ mean, variance }));
      return exact.reduce((sum, p, f) => sum + p * (Math.log(p) - logs[f]), 0);
    };
    const [averaged, ofMean] = [divergence('averaged'), divergence('mean')];
    expect(averaged).toBeLessThan(ofMean);
    // Measured: the dependences between the biases, which a product over dimensions leaves out.
    expect(averaged).toBeLessThan(0.2);
  });

  it('reads of a Gaussian state its mean alone where it is asked to', () => {
    const model = small({ moments: 'mean' });
    const mean = normal([2, 3, I], 7);
    const frames = zeros([2, 3, D]);
    const variance = new Tensor([2, 3, I], mean.data.map(Math.abs));
    expect(model.nll({ mean, variance }, frames).sum).toBeCloseTo(model.nll(mean, frames).sum, 4);
  });

  it('starts the biases of the dimensions as it is told, those of the hidden units at 0', () => {
    const { bias } = small({ initial: { bias: { kind: 'constant', value: -0.5 } } }).parameters;
    expect(Array.from(bias.data)).toEqual([0, 0, 0, 0, 0, -0.5, -0.5, -0.5, -0.5]);
  });

  it('is the linear Bernoulli readout where the weights are zeros', () => {
    const zero = { kind: 'zeros' } as const;
    const model = small({ initial: { weightIn: zero, weightOut: zero } });
    const biases = model.biases(normal([1, I], 8)) as Tensor;
    const logits = Array.from(biases.data.subarray(K));
    const expected = logits.reduce((sum, z) => sum + Math.log1p(Math.exp(z)) - z, 0);
    expect(model.rowNll(biases, tensor([1, 1, 1, 1], [1, D])).data[0]).toBeCloseTo(expected, 5);
  });

  it('drops hidden units with a stream and none without, the same by the same stream', () => {
    const model = small({ hiddenDropout: 0.5 });
    const state = normal([4, 2, I], 10);
    const frames = new Tensor([4, 2, D], realFrom(Array.from({ length: 32 }, (_, i) => i % 2)));
    const sum = (noise?: NoiseStream) => model.nll(state, frames, { noise }).sum;
    const plain = small().nll(state, frames).sum;
    expect(sum()).toBe(plain);
    expect(sum(stream.at(1))).toBe(sum(stream.at(1)));
    expect(sum(stream.at(1))).not.toBe(sum(stream.at(2)));
    // Windows see the masks of one run over everything.
    const biases = model.biases(state) as Tensor;
    const all = model.rowNll(biases, frames, { noise: stream.from(0) });
    const last = (one: Tensor, width: number) => new Tensor([1, 2, width], one.data.slice(6 * width));
    const window = model.rowNll(last(biases, D + K), last(frames, D), { noise: stream.from(3) });
    expect(Array.from(window.data)).toEqual(Array.from(all.data.subarray(6)));
    const second = (one: Tensor, width: number) =>
      new Tensor(
        [4, 1, width],
        realFrom([0, 1, 2, 3].flatMap((t) => [...one.data.slice((2 * t + 1) * width, (2 * t + 2) * width)])),
      );
    const row = model.rowNll(second(biases, D + K), second(frames, D), { noise: stream.from(0, 1) });
    expect(Array.from(row.data)).toEqual([1, 3, 5, 7].map((at) => all.data[at]));
  });

  it('scales hidden units that stay by 1 / (1 - rate), for every frame anew and the same for all of its dimensions', () => {
    const [T, B, rate] = [20, 30, 0.25];
    const model = nade({ inputSize: 1, outputSize: 2, hiddenSize: 1, hiddenDropout: rate }, stream);
    model.parameters.weightOut.data.fill(1);
    // The hidden unit is logistic(50) = 1, so that both logits are 0 where it is dropped, and 1 / (1 - rate) where it stays.
    const biases = new Tensor(
      [T, B, 3],
      realFrom(Array.from({ length: 3 * T * B }, (_, i) => (i % 3 === 0 ? 50 : 0))),
    );
    const nll = (noise?: NoiseStream) => [...model.rowNll(biases, zeros([T, B, 2]), { noise }).data];
    const [dropped, stays] = [2 * Math.LN2, 2 * Math.log1p(Math.exp(1 / (1 - rate)))];
    const drawn = nll(stream.at(1)).map((value) => {
      expect(Math.min(Math.abs(value - dropped), Math.abs(value - stays))).toBeLessThan(1e-5);
      return Math.abs(value - dropped) < 1e-5;
    });
    // Three deviations of the share of 600: .053.
    expect(Math.abs(drawn.filter(Boolean).length / drawn.length - rate)).toBeLessThan(0.053);
    // Rows of one step, and steps of one row, are not all alike.
    expect(new Set(drawn.slice(0, B)).size).toBe(2);
    expect(new Set(drawn.filter((_, m) => m % B === 0)).size).toBe(2);
    for (const value of nll()) expect(value).toBeCloseTo(2 * Math.log1p(Math.E), 5);
  });

  it('learns with fast dropout on its state, in moments', () => {
    const model = small({ dropout: splitReadout(fast({ output: 0.5 })).readout });
    const state = {
      mean: normal([2, 3, I], 11),
      variance: new Tensor([2, 3, I], normal([18], 12).data.map(Math.abs)),
    };
    const run = gradients(
      Object.values(model.parameters),
      () => model.nll(state, zeros([2, 3, D]), { noise: stream.at(3) }).loss,
    );
    for (const gradient of run.gradients.slice(0, 2)) {
      expect(gradient.data.some((d: number) => d !== 0)).toBe(true);
      expect(gradient.data.every(Number.isFinite)).toBe(true);
    }
  });

  it('draws a surer frame at a lower temperature', () => {
    const model = small();
    const biases = model.biases(normal([1, I], 13)) as Tensor;
    const likeliest = () => {
      const a = model.sample(biases, stream.at(1), { temperature: 1e-3 });
      return Array.from(a.data);
    };
    expect(likeliest()).toEqual(Array.from(model.sample(biases, stream.at(2), { temperature: 1e-3 }).data));
  });

  it('leaves out frames that do not count, whatever stands there', () => {
    const model = small();
    const state = normal([2, 2, I], 14);
    const frames = zeros([2, 2, D]);
    const whole = model.rowNll(model.biases(state), frames).data;
    frames.data.fill(Number.NaN, 0, D);
    state.data.fill(Number.NaN, 0, I);
    const run = gradients(
      Object.values(model.parameters),
      () => model.nll(state, frames, { stepMask: Float32Array.of(0, 1, 1, 1) }).loss,
    );
    expect(run.loss).toBeCloseTo((whole[1] + whole[2] + whole[3]) / 3, 5);
    for (const gradient of run.gradients) expect(gradient.data.every(Number.isFinite)).toBe(true);
  });

  it('refuses what is no frame, no order and no size, with what was found', () => {
    const model = small();
    const biases = model.biases(normal([2, I], 15));
    expect(() => model.rowNll(biases, new Tensor([2, D], realFrom(Array(8).fill(0.5))))).toThrow(DataError);
    expect(() => model.rowNll(biases, zeros([3, D]))).toThrow(ShapeError);
    expect(() => small({ order: Int32Array.of(0, 1, 2, 2) })).toThrow(/each number from 0 to 3 once/);
    expect(() => small({ order: Int32Array.of(1, 2, 3, 4) })).toThrow(ConfigError);
    expect(() => small({ order: [] })).toThrow(/at least one order/);
    const frames = zeros([2, D]);
    expect(() => model.rowNll(biases, frames, { order: 1 })).toThrow(/number of one of 1, from 0, got 1/);
    expect(() => small({ hiddenDropout: 1 })).toThrow(/hiddenDropout to be .* below 1/);
    expect(() => small({ hiddenSize: 0 })).toThrow(ConfigError);
    expect(() => model.sample(biases, stream, { temperature: 0 })).toThrow(/above 0/);
    const hidden = zeros([2, K]);
    const weights = { weightIn: zeros([D, K]), weightOut: zeros([D, K + 1]) };
    expect(() => nadeNll({ hidden, visible: zeros([2, D]) }, weights, zeros([2, D]))).toThrow(ShapeError);
    expect(() => nadeSample({ hidden, visible: zeros([2, D]) }, weights, stream)).toThrow(ShapeError);
  });
});
