/**
 * The decomposition of gradients against networks that are written out step by step with one copy of the weights for
 * the means and one for the variances: the gradients of the copies are the two parts. In float32 and in float64.
 */
import { describe, expect, it } from 'vitest';
import { add, mul } from '../autograd/ops/arithmetic.ts';
import { scale, square } from '../autograd/ops/elementwise.ts';
import { affine, matmul } from '../autograd/ops/matmul.ts';
import { sum } from '../autograd/ops/reduce.ts';
import { reshape, slice, stack } from '../autograd/ops/shape.ts';
import { gradients } from '../autograd/tape.ts';
import { fast } from '../dropout/fast.ts';
import { activationMoments } from '../moments/activation.ts';
import { decomposed } from '../moments/decomposition.ts';
import { type Gaussian, isGaussian } from '../moments/gaussian.ts';
import { linearMoments } from '../moments/linear.ts';
import { productMoments } from '../moments/product.ts';
import { NoiseStream } from '../random/stream.ts';
import { dtype, type Real } from '../tensor/dtype.ts';
import { Tensor, tensor, zeros } from '../tensor/tensor.ts';
import { linear } from './linear.ts';
import { bernoulliNll, gaussianNll, squaredError } from './losses/losses.ts';
import { type DeepRnnOptions, deepRnn, gru, lstm, rnn } from './recurrent/layers.ts';

const stream = new NoiseStream(3);
let draws = 0;
const normals = (...shape: number[]): Tensor =>
  new Tensor(
    shape,
    stream.normals(
      { site: 'sample', layer: draws++ },
      shape.reduce((product, n) => product * n, 1),
    ),
  );

const [T, B, I, H, K] = [7, 5, 6, 9, 4];
const x = normals(T, B, I);
const targets = new Tensor(
  [T, B, K],
  normals(T, B, K).data.map((value: number) => (value > 0 ? 1 : 0)) as Real,
);
/** Bernoulli with drop rate p as the paper has it: E[d] = q, Var[d x] = p q E[x]² + q Var[x]. */
const rates = { input: 0.1, recurrent: 0.4, output: 0.5 };
/** On what a layer of a transition gives to the next. */
const transitionRate = 0.25;

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
/** Relative to the norm: rounding of float32, and of float64. */
const tolerance = dtype === 'f64' ? 1e-13 : 1e-5;

function expectNear(got: ArrayLike<number>, expected: ArrayLike<number>, what: string, factor = 1): void {
  const difference = Array.from(expected, (value, i) => value - got[i]);
  expect(norm(difference) / norm(expected), what).toBeLessThan(factor * tolerance);
}

/** Three layers from a state to the next, and the state past them. */
const deep = (options: DeepRnnOptions, stream: NoiseStream) =>
  deepRnn({ ...options, transition: 3, transitionActivation: 'sigmoid', shortcut: true }, stream);
const cells = { rnn, lstm, gru, deep } as const;
type CellName = keyof typeof cells;
const cellNames = Object.keys(cells) as CellName[];

/** A recurrent layer and a readout under fast dropout, and their loss. */
function network(cell: CellName, mode: 'moments' | 'gaussian' = 'moments') {
  const { output, ...below } = rates;
  const dropout = (options: object) => fast({ mode, ...options });
  const inside = cell === 'deep' ? { ...below, transition: transitionRate } : below;
  const layer = cells[cell](
    { inputSize: I, hiddenSize: H, dropout: dropout(inside), learnInitialState: true },
    stream,
  );
  layer.parameters.initialState?.data.set(normals(H).data);
  const readout = linear(
    { inputSize: H, outputSize: K, dropout: dropout({ input: output }), layer: 1 },
    stream,
  );
  // Row 1 begins at step 2, row 3 ends after step 4.
  const active = { start: Int32Array.of(0, 2, 0, 0, 0), stop: Int32Array.of(T, T, T, 4, T) };
  const parameters = [...Object.values(layer.parameters), ...Object.values(readout.parameters)] as Tensor[];
  const loss = () =>
    bernoulliNll(readout.forward(layer.forward(x, undefined, stream, active).output, stream), targets).loss;
  return { layer, readout, parameters, loss };
}

export function decompositionSuite(): void {
  describe('the decomposition of gradients under fast dropout', () => {
    for (const mode of ['moments', 'gaussian'] as const) {
      for (const cell of cellNames) {
        it(`has parts that sum to the gradient: ${cell}, ${mode}`, () => {
          const { layer, readout, parameters, loss } = network(cell, mode);
          const { gradients: slopes, layers, loss: value } = decomposed(parameters, loss);
          const whole = slopes.map(({ data }) => data);
          const plain = gradients(parameters, loss);
          expect(value).toBe(plain.loss);
          expect(whole).toEqual(plain.gradients.map(({ data }) => data));
          expect(layers.map(({ parts }) => parts.map(({ weight }) => weight))).toEqual([
            [layer.parameters.weightIn, layer.parameters.weightRec],
            [readout.parameters.weight],
          ]);
          for (const { weight, loss: mean, variance } of layers.flatMap(({ parts }) => parts)) {
            const gradient = whole[parameters.indexOf(weight)];
            expectNear(mean.map((value, i) => value + variance[i]) as Real, gradient, 'sum of the parts');
            expect(norm(variance)).toBeGreaterThan(1e-3 * norm(gradient));
          }
        });
      }
    }

    for (const cell of cellNames) {
      it(`is that of copies of the weights for means and variances: ${cell}`, () => {
        const { layer, readout, parameters, loss } = network(cell);
        const { layers } = decomposed(parameters, loss);
        const copies = layers.map(({ parts }) =>
          parts.map(({ weight }) => new Tensor(weight.shape, weight.data)),
        );
        const [[inCopy, recCopy], [outCopy]] = copies;
        const { weightIn, weightRec, initialState } = layer.parameters;
        const means = [weightIn, weightRec, readout.parameters.weight];
        const squares = [inCopy, recCopy, outCopy];
        const apart = gradients([...means, ...squares], () => {
          const run = written(cell, layer.parameters as Weights, [inCopy, recCopy], initialState!);
          const logits = mapped(run, { ...readout.parameters, copy: outCopy }, rates.output);
          return bernoulliNll(logits, targets).loss;
        });
        for (const [i, part] of layers.flatMap(({ parts }) => parts).entries()) {
          // Long sums in another order.
          expectNear(part.loss, apart.gradients[i].data, `training loss ${i}`, 20);
          expectNear(part.variance, apart.gradients[i + 3].data, `variance ${i}`, 20);
        }
      });
    }

    it('counts a layer that runs twice once', () => {
      const w = normals(3, 2);
      const [a, b] = [normals(4, 3), normals(6, 3)];
      const noise = { mean: 0.8, square: 0.16, variance: 0.8 };
      const energy = (rows: Tensor) => {
        const { mean, variance } = linearMoments(rows, w, zeros([2]), noise);
        return add(sum(square(mean)), sum(square(variance)));
      };
      const both = decomposed([w], () => add(energy(a), energy(b)));
      const [first, second] = [decomposed([w], () => energy(a)), decomposed([w], () => energy(b))];
      expect(both.layers).toHaveLength(1);
      const part = (of: typeof both, name: 'loss' | 'variance') => of.layers[0].parts[0][name];
      for (const name of ['loss', 'variance'] as const) {
        expectNear(
          part(both, name),
          part(first, name).map((value, i) => value + part(second, name)[i]) as Real,
          name,
        );
      }
      expectNear(
        both.layers[0].delta,
        first.layers[0].delta.map((value, i) => value + second.layers[0].delta[i]),
        'δ',
      );
      expectNear(
        both.layers[0].eta,
        first.layers[0].eta.map((value, i) => value + second.layers[0].eta[i]),
        'η',
      );
    });

    it('finds nothing where nothing has moments', () => {
      const w = normals(3, 2);
      expect(decomposed([w], () => sum(affine(normals(4, 3), w, zeros([2])))).layers).toEqual([]);
    });
  });

  /** One unit of two incoming ones: the local quantities of section 2.2.2 by hand. */
  describe('δ and η of a unit', () => {
    const w = tensor([[0.5], [-2]]);
    const input: Gaussian = { mean: tensor([[1, 3]]), variance: tensor([[0.25, 0]]) };
    // p = .8 keeps: V_i = p (1-p) E[x]² + p Var[x] = .16 + .2 and 1.44; E[a] = .8 (.5 - 6) = -4.4, V[a] = .09 + 5.76 = 5.85
    const noise = { mean: 0.8, square: 0.16, variance: 0.8 };
    const V = [0.36, 1.44];
    const unit = (target: number, loss: (a: Gaussian, target: Tensor) => Tensor) => {
      const { layers } = decomposed([w], () =>
        loss(linearMoments(input, w, zeros([1]), noise), tensor([[target]])),
      );
      return { delta: layers[0].delta[0], eta: layers[0].eta[0], ...layers[0].parts[0] };
    };
    const gaussian = (a: Gaussian, t: Tensor) => gaussianNll(a.mean, a.variance, t).loss;
    const variance = 5.85;

    it('follow the definitions, and dR/dw = 2 sgn(δ) η w', () => {
      const { delta, eta, variance: regularizer, loss } = unit(0, gaussian);
      // d/dV of log(V) / 2 + E² / (2 V) at E = -4.4, V = 5.85
      const expected = (1 - 4.4 ** 2 / variance) / (2 * variance);
      expect(delta).toBeCloseTo(expected, 6);
      expect(eta).toBeCloseTo(Math.abs(expected) * (V[0] + V[1]), 6);
      expectNear(regularizer, [2 * expected * V[0] * 0.5, 2 * expected * V[1] * -2], 'dR/dw', 10);
      // d/dE = E / V, E[d] E[x_i] = .8 and 2.4
      expectNear(loss, [(-4.4 / variance) * 0.8, (-4.4 / variance) * 2.4], 'dL/dw', 10);
    });

    it('is below zero when the unit errs, and the descent lets the weights grow', () => {
      const { delta, variance: regularizer } = unit(5, gaussian);
      expect(delta).toBeLessThan(0);
      for (const i of [0, 1]) expect(-regularizer[i] * w.data[i]).toBeGreaterThan(0);
    });

    it('is above zero when the unit is right, and the descent lets the weights shrink', () => {
      const { delta, variance: regularizer } = unit(-4.4, gaussian);
      expect(delta).toBeGreaterThan(0);
      for (const i of [0, 1]) expect(-regularizer[i] * w.data[i]).toBeLessThan(0);
    });

    it('vanish with the regularizer where the variance is the best one, (t - E[a])²', () => {
      const { delta, eta, variance: regularizer, loss } = unit(-4.4 + Math.sqrt(variance), gaussian);
      // 0 within the rounding of a variance of 5.85
      expect(Math.abs(delta)).toBeLessThan(1e-6);
      expect(eta).toBeLessThan(2e-6);
      expect(norm(regularizer)).toBeLessThan(1e-5);
      expect(norm(loss)).toBeGreaterThan(0.1);
    });

    it('are exactly 0, and the regularizer too, under a loss that does not see the variance', () => {
      const { delta, eta, variance: regularizer, loss } = unit(1, (a, t) => squaredError(a.mean, t).loss);
      expect([delta, eta, ...regularizer].every((value) => value === 0)).toBe(true);
      expect(norm(loss)).toBeGreaterThan(1);
    });
  });

  /** â = E[a] + s sqrt(V[a]): dR/dw is noise about zero. */
  describe('the decomposition of a layer that draws its pre-activation', () => {
    const rate = 0.2;
    const layerOf = (inputs: number, weight: readonly number[]) => {
      const layer = linear(
        { inputSize: inputs, outputSize: 1, dropout: fast({ input: rate, mode: 'gaussian' }) },
        stream,
      );
      layer.parameters.weight.data.set(weight);
      return layer;
    };
    /** Loss â, so that dJ/dâ = 1; s is what the stream draws. */
    const drawn = (inputs: number, weight: readonly number[], xs: readonly number[], step: number) => {
      const layer = layerOf(inputs, weight);
      const noise = stream.at(step);
      const { layers } = decomposed([layer.parameters.weight], () =>
        sum(layer.forward(tensor([[...xs]]), noise) as Tensor),
      );
      const [s] = noise.normals({ site: 'gaussian', layer: 0 }, 1);
      return { s, ...layers[0].parts[0] };
    };

    it('is equation 4 for a unit with one incoming weight: dJ/dâ sqrt(p (1-p) E[x]² + p V[x]) s', () => {
      for (const step of [0, 1, 2]) {
        const { s, variance, loss } = drawn(1, [0.7], [1.5], step);
        // p = .8 keeps, V[x] = 0
        expectNear(variance, [Math.sqrt(0.16 * 1.5 ** 2) * s], 'dR/dw', 10);
        expectNear(loss, [0.8 * 1.5], 'dL/dw', 10);
      }
    });

    it('gives each of several weights its share of the deviation: dJ/dâ V_i w_i s / sqrt(V[a])', () => {
      const [weight, xs] = [
        [0.7, -0.3],
        [1.5, 2],
      ];
      const V = xs.map((value) => 0.16 * value ** 2);
      const deviation = Math.sqrt(V[0] * weight[0] ** 2 + V[1] * weight[1] ** 2);
      const { s, variance } = drawn(2, weight, xs, 5);
      expectNear(
        variance,
        weight.map((w, i) => (V[i] * w * s) / deviation),
        'dR/dw',
        10,
      );
    });

    it('is centred at zero: the mean of 4000 draws is within 4 standard errors', () => {
      const sizes = Array.from({ length: 4000 }, (_, step) => drawn(1, [0.7], [1.5], step).variance[0]);
      const mean = sizes.reduce((total, value) => total + value, 0) / sizes.length;
      const deviation = Math.sqrt(sizes.reduce((total, value) => total + value ** 2, 0) / sizes.length);
      expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(sizes.length));
      expect(deviation / Math.sqrt(0.16 * 1.5 ** 2)).toBeCloseTo(1, 1);
    });
  });
}

// ---- networks written out step by step ----

interface Weights {
  weightIn: Tensor;
  weightRec: Tensor;
  bias: Tensor;
  biasRec?: Tensor;
  initialCell?: Tensor;
}

const moments = { form: 'wang-manning' } as const;

/** Moments of (d ∘ x) W + b, means through `weight`, variances through its copy. */
function mapped(
  input: Tensor | Gaussian,
  { weight, copy, bias }: { weight: Tensor; copy: Tensor; bias?: Tensor },
  rate: number,
): Gaussian {
  const mean = isGaussian(input) ? input.mean : input;
  const product = scale(matmul(mean, weight), 1 - rate);
  const own = scale(square(mean), rate * (1 - rate));
  const noisy = isGaussian(input) ? add(own, scale(input.variance, 1 - rate)) : own;
  return { mean: bias ? add(product, bias) : product, variance: matmul(noisy, square(copy)) };
}

const both = (a: Gaussian, b: Gaussian): Gaussian => ({
  mean: add(a.mean, b.mean),
  variance: add(a.variance, b.variance),
});

/** The hidden units of every step, with the rows that rest as they are in `network`. */
function written(cell: CellName, p: Weights, [inCopy, recCopy]: Tensor[], initial: Tensor): Gaussian {
  const rows = (one: Tensor): Gaussian => ({
    mean: add(zeros([B, H]), one),
    variance: zeros([B, H]),
  });
  let h = rows(initial);
  let c = rows(p.initialCell ?? zeros([H]));
  const hs: Gaussian[] = [];
  for (let t = 0; t < T; t++) {
    const now = reshape(slice(x, 0, t, t + 1), [B, I]);
    const bias = cell === 'deep' ? slice(p.bias, 0, 0, H) : p.bias;
    const fromInput = mapped(now, { weight: p.weightIn, copy: inCopy, bias }, rates.input);
    const fromState = mapped(h, { weight: p.weightRec, copy: recCopy, bias: p.biasRec }, rates.recurrent);
    const between = (u: Gaussian, k: number): Gaussian => {
      const [weight, copy] = [p.weightRec, recCopy].map((all) => slice(all, -1, k * H, (k + 1) * H));
      return mapped(u, { weight, copy, bias: slice(p.bias, 0, k * H, (k + 1) * H) }, transitionRate);
    };
    const next = steps[cell](fromInput, fromState, h, c, between);
    const on = tensor(
      Array.from({ length: B }, (_, b) => [b === 1 && t < 2 ? 0 : b === 3 && t >= 4 ? 0 : 1]),
    );
    const off = new Tensor([B, 1], on.data.map((value: number) => 1 - value) as Real);
    const rest = (a: Gaussian, before: Gaussian): Gaussian => ({
      mean: add(gated(a.mean, on), gated(before.mean, off)),
      variance: add(gated(a.variance, on), gated(before.variance, off)),
    });
    [h, c] = [rest(next.h, h), rest(next.c, c)];
    hs.push(h);
  }
  return { mean: stack(hs.map(({ mean }) => mean)), variance: stack(hs.map(({ variance }) => variance)) };
}

/** a [B, H] times a column [B, 1]. */
function gated(a: Tensor, column: Tensor): Tensor {
  return mul(
    a,
    new Tensor(a.shape, a.data.map((_: number, i: number) => column.data[Math.floor(i / H)]) as Real),
  );
}

const gate = (a: Gaussian, g: number): Gaussian => ({
  mean: slice(a.mean, -1, g * H, (g + 1) * H),
  variance: slice(a.variance, -1, g * H, (g + 1) * H),
});
const logistic = (a: Gaussian) => activationMoments(a, 'sigmoid', moments);
const squashed = (a: Gaussian) => activationMoments(a, 'tanh', moments);

/** One step: the equations of the contract. */
const steps: Record<
  CellName,
  (
    i: Gaussian,
    r: Gaussian,
    h: Gaussian,
    c: Gaussian,
    /** from a layer of the transition into layer k of it */
    between: (u: Gaussian, k: number) => Gaussian,
  ) => { h: Gaussian; c: Gaussian }
> = {
  rnn: (fromInput, fromState, _, c) => ({ h: squashed(both(fromInput, fromState)), c }),
  deep(fromInput, fromState, _, c, between) {
    const first = logistic(both(fromInput, gate(fromState, 0)));
    const second = logistic(between(first, 1));
    return { h: squashed(both(between(second, 2), gate(fromState, 3))), c };
  },
  lstm(fromInput, fromState, _, before) {
    const a = both(fromInput, fromState);
    const c = both(
      productMoments(logistic(gate(a, 1)), before),
      productMoments(logistic(gate(a, 0)), squashed(gate(a, 2))),
    );
    return { h: productMoments(logistic(gate(a, 3)), squashed(c)), c };
  },
  gru(fromInput, fromState, h, c) {
    const a = both(fromInput, fromState);
    const [r, z] = [logistic(gate(a, 0)), logistic(gate(a, 1))];
    const n = squashed(both(gate(fromInput, 2), productMoments(r, gate(fromState, 2))));
    const keep = add(scale(z.mean, -1), new Tensor([1], Float32Array.of(1)));
    const gap = square(add(n.mean, scale(h.mean, -1)));
    const own = add(mul(square(keep), n.variance), mul(square(z.mean), h.variance));
    const shared = mul(z.variance, add(gap, add(n.variance, h.variance)));
    return { h: { mean: add(mul(keep, n.mean), mul(z.mean, h.mean)), variance: add(own, shared) }, c };
  },
};
