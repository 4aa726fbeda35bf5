/**
 * Whole networks against central differences, in float64: `LETHE_DTYPE=f64 LETHE_ENGINE=portable vitest run`.
 * Noise is replayed from one stream, so the loss is a function of the parameters alone.
 */
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/check.ts';
import { add } from '../autograd/ops/arithmetic.ts';
import { addScalar, scale, softplus, square } from '../autograd/ops/elementwise.ts';
import { sum } from '../autograd/ops/reduce.ts';
import { fast } from '../dropout/fast.ts';
import type { NoiseEntry, Regularizer } from '../dropout/noise.ts';
import { noiseEntry } from '../dropout/noise-entry.ts';
import { standard } from '../dropout/standard.ts';
import type { Activation, MomentForm } from '../kernels/contract/fields.ts';
import { activationMoments } from '../moments/activation.ts';
import { isGaussian, meanOf } from '../moments/gaussian.ts';
import { linearMoments } from '../moments/linear.ts';
import { weightNoiseMoments } from '../moments/weight-noise.ts';
import { NoiseStream } from '../random/stream.ts';
import { dtype } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { linear } from './linear.ts';
import { bernoulliNll, gaussianNll, squaredError } from './losses/losses.ts';
import { rnn } from './recurrent/layers.ts';

const stream = new NoiseStream(5, 1);
let draws = 0;
const [T, B, I, H, K] = [6, 3, 4, 5, 2];

function normals(...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.normals({ site: 'sample', layer: draws++ }, size));
}

function uniforms(low: number, high: number, ...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.uniforms({ site: 'sample', layer: draws++ }, size, low, high));
}

const x = normals(T, B, I);
const notes = new Tensor(
  [T, B, K],
  uniforms(0, 1, T, B, K).data.map((u) => (u < 0.5 ? 1 : 0)),
);
const stepMask = Float64Array.from({ length: T * B }, (_, i) => (i % 4 === 3 ? 0 : 1));
/** Row 1 begins at step 2, row 2 ends after step 4. */
const active = { start: Int32Array.of(0, 2, 0), stop: Int32Array.of(T, T, 4) };

/** The sum of squares of everything a layer gives, so that output, state, mean and variance all count. */
function energy(...parts: (ReturnType<typeof square> | { mean: Tensor; variance: Tensor })[]): Tensor {
  const tensors = parts.flatMap((part) => (isGaussian(part) ? [part.mean, part.variance] : [part]));
  return tensors.map((tensor) => sum(square(addScalar(tensor, 0.3)))).reduce((a, b) => add(a, b));
}

function sampled(noise: Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>): Regularizer {
  return {
    name: `${noise.kind ?? 'drop'} at ${noise.site}`,
    reference: 'test',
    noise: [noiseEntry(noise)],
    modes: { train: 'sample', test: 'mean' },
  };
}

const shared = { interval: 'sequence', examples: 'batch' } as const;
const regularizers: Regularizer[] = [
  standard({ input: 0.3, recurrent: 0.4, output: 0.5 }),
  standard({ input: 0.3, recurrent: 0.4, output: 0.5, scaling: 'paper' }),
  sampled({ site: 'recurrent', rate: 0.4, interval: 'sequence' }),
  sampled({ site: 'weight', rate: 0.4, ...shared }),
  sampled({ site: 'weightIn', rate: 0.4, ...shared }),
  sampled({ site: 'cell', rate: 0.3, scaling: 'paper' }),
  sampled({ site: 'hidden', kind: 'zoneout', rate: 0.3 }),
  sampled({ site: 'recurrent', kind: 'gaussian', rate: 0.3 }),
];

const check = (parameters: readonly Tensor[], loss: () => Tensor) =>
  checkGradients(parameters, loss, { directions: 3 }).worst;

describe.skipIf(dtype !== 'f64')('gradients of networks (float64 only: set LETHE_DTYPE=f64)', () => {
  for (const activation of ['tanh', 'sigmoid', 'identity'] satisfies Activation[]) {
    it(`the ${activation} layer agrees with central differences, with padding and carried state`, () => {
      const layer = rnn({ inputSize: I, hiddenSize: H, activation, learnInitialState: true }, stream);
      const parameters = Object.values(layer.parameters) as Tensor[];
      const worst = check([...parameters, x], () => {
        const { output, state } = layer.forward(x, undefined, undefined, active);
        return energy(output, state.hidden);
      });
      expect(worst).toBeLessThan(1e-6);
    });
  }

  for (const dropout of regularizers) {
    for (const noise of [stream, undefined]) {
      it(`${dropout.name} ${noise ? 'with masks' : 'at test'} agrees with central differences`, () => {
        const layer = rnn({ inputSize: I, hiddenSize: H, dropout, learnInitialState: true }, stream);
        const parameters = Object.values(layer.parameters) as Tensor[];
        const worst = check([...parameters, x], () => {
          const { output, state } = layer.forward(x, undefined, noise, active);
          return energy(output, state.hidden);
        });
        expect(worst).toBeLessThan(1e-6);
      });
    }
  }

  for (const form of ['wang-manning', 'probit', 'daunizeau', 'gauss-hermite'] satisfies MomentForm[]) {
    for (const propagateVariance of [true, false]) {
      it(`fast dropout, ${form}, ${propagateVariance ? 'all' : 'dropout'} variance, with readout and NLL agrees with central differences`, () => {
        const options = { form, propagateVariance };
        const layer = rnn(
          {
            inputSize: I,
            hiddenSize: H,
            dropout: fast({ input: 0.2, recurrent: 0.3, ...options }),
            learnInitialState: true,
          },
          stream,
        );
        const readout = linear(
          { inputSize: H, outputSize: K, dropout: fast({ input: 0.5, ...options }), layer: 1 },
          stream,
        );
        const parameters = [
          ...Object.values(layer.parameters),
          ...Object.values(readout.parameters),
        ] as Tensor[];
        const worst = check([...parameters, x], () => {
          const { output } = layer.forward(x, undefined, stream, active);
          return bernoulliNll(readout.forward(output, stream), notes, stepMask).loss;
        });
        expect(worst).toBeLessThan(1e-6);
      });
    }
  }

  it('fast dropout on a Gaussian input with a Gaussian state agrees with central differences', () => {
    const layer = rnn({ inputSize: I, hiddenSize: H, dropout: fast({ input: 0.2, recurrent: 0.3 }) }, stream);
    const input = { mean: x, variance: uniforms(0.1, 1, T, B, I) };
    const initial = { mean: normals(B, H), variance: uniforms(0.1, 1, B, H) };
    const parameters = [
      ...Object.values(layer.parameters),
      ...Object.values(input),
      ...Object.values(initial),
    ];
    const worst = check(parameters, () => {
      const { output, state } = layer.forward(input, { hidden: initial }, undefined, active);
      return energy(output, state.hidden);
    });
    expect(worst).toBeLessThan(1e-6);
  });

  it('the gaussian mode agrees with central differences, its draws replayed', () => {
    const mode = 'gaussian';
    const dropout = fast({ input: 0.2, recurrent: 0.3, mode });
    const layer = rnn({ inputSize: I, hiddenSize: H, dropout }, stream);
    const readout = linear(
      { inputSize: H, outputSize: K, dropout: fast({ input: 0.5, mode }), layer: 1 },
      stream,
    );
    const parameters = [...Object.values(layer.parameters), ...Object.values(readout.parameters)];
    const worst = check(parameters, () => {
      const { output, state } = layer.forward(x, undefined, stream);
      return energy(readout.forward(output, stream), state.hidden);
    });
    expect(worst).toBeLessThan(1e-6);
  });

  it('a sampled readout agrees with central differences', () => {
    const readout = linear({ inputSize: H, outputSize: K, dropout: standard({ input: 0.4 }) }, stream);
    const h = normals(T, B, H);
    expect(
      check([h, ...Object.values(readout.parameters)], () => energy(readout.forward(h, stream))),
    ).toBeLessThan(1e-6);
  });

  it('moments through linear maps, activations and weight noise agree with central differences', () => {
    const input = { mean: normals(4, I), variance: uniforms(0.2, 1, 4, I) };
    const w = { mean: normals(I, H), variance: uniforms(0.1, 0.5, I, H) };
    const bias = normals(H);
    const noise = { mean: 0.8, square: 0.16, variance: 0.8 };
    const parameters = [input.mean, input.variance, w.mean, w.variance, bias];
    for (const activation of ['tanh', 'sigmoid', 'relu', 'identity'] satisfies Activation[]) {
      const worst = check(parameters, () => {
        const hidden = activationMoments(weightNoiseMoments(input, w, bias), activation);
        return energy(hidden, linearMoments(input, w.mean, bias, noise));
      });
      expect(worst, activation).toBeLessThan(1e-6);
    }
  });

  it('losses of Gaussian outputs agree with central differences', () => {
    const output = { mean: normals(T, B, K), variance: uniforms(0.3, 2, T, B, K) };
    const targets = normals(T, B, K);
    const parameters = Object.values(output);
    expect(check(parameters, () => bernoulliNll(output, notes, stepMask).loss)).toBeLessThan(1e-6);
    expect(check(parameters, () => squaredError(output, targets, stepMask).loss)).toBeLessThan(1e-6);
    expect(
      check(parameters, () => gaussianNll(output.mean, output.variance, targets, stepMask).loss),
    ).toBeLessThan(1e-6);
  });

  it('losses of plain outputs agree with central differences', () => {
    const output = normals(T, B, K);
    const targets = normals(T, B, K);
    expect(check([output], () => bernoulliNll(output, notes, stepMask).loss)).toBeLessThan(1e-6);
    expect(check([output], () => squaredError(output, targets).loss)).toBeLessThan(1e-6);
    const variance = softplus(scale(normals(T, B, K), 0.5));
    expect(check([output], () => gaussianNll(meanOf(output), variance, targets).loss)).toBeLessThan(1e-6);
  });
});
