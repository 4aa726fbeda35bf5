/** Gradients of mean and variance through four layers whose units are far out, in float64. */
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { add, mul } from '../../autograd/ops/arithmetic.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { NoiseStream } from '../../random/stream.ts';
import { dtype } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { deepRnnMoments, transitionBlocks } from '../cells/deep-rnn.ts';

const [T, B, n] = [3, 4, 4];
const noise = {
  noiseInput: { mean: 0.8, square: 0.2, variance: 0.9 },
  noiseRecurrent: { mean: 0.7, square: 0.3, variance: 0.8 },
  noiseTransition: { mean: 0.9, square: 0.1, variance: 0.95 },
};

/**
 * Weights of one sign drive the units of every layer to where tanh is flat: slopes of the lowest layer are down to 1e-6 of the others, and the
 * rounding of the loss, 1e-16 of it over the step of the difference, is 1e-6 to 8e-5 of them at the usual step of 1e-4 (seeds 0 to 5, with a
 * shortcut and without). That it is the difference which errs shows in the step: 5.9e-6, 1.1e-6, 2.1e-7, 3.4e-8 at 1e-4, 3e-4, 1e-3, 3e-3 (seed 0,
 * no shortcut), in inverse proportion to it, and 2.7e-6 at 1e-2, where the difference of fourth order ends. The form has no kink on the way:
 * its variance is above 0 everywhere (8e-8 at least over means from -12 to 12 and variances from 1e-6 on), so that nothing is clamped.
 */
describe.skipIf(dtype !== 'f64')('four layers in moments (float64 only: set LETHE_DTYPE=f64)', () => {
  for (const shortcut of [false, true]) {
    for (const seed of [0, 1]) {
      it(`have the gradient of their values where units are flat, ${shortcut ? 'with' : 'without'} a shortcut, seed ${seed}`, () => {
        const stream = new NoiseStream(seed, 3);
        let draws = 0;
        const positive = (...shape: number[]) => {
          const size = shape.reduce((product, length) => product * length, 1);
          return new Tensor(shape, stream.uniforms({ site: 'sample', layer: draws++ }, size, 0.5, 1));
        };
        const transition = {
          ...({ depth: 4, activation: 'tanh', inner: 'tanh' } as const),
          ...{ shortcut, pieces: 1, order: 2 },
        };
        const { input, recurrent, bias } = transitionBlocks(transition);
        const x = { mean: positive(T, B, n), variance: positive(T, B, n) };
        const h0 = { mean: positive(B, n), variance: positive(B, n) };
        const weights = {
          weightIn: positive(n, input * n),
          weightRec: positive(n, recurrent * n),
          bias: positive(bias * n),
        };
        const [ofMean, ofVariance] = [70, 71].map(
          (layer) => new Tensor([T, B, n], stream.normals({ site: 'sample', layer }, T * B * n)),
        );
        const parameters = [x, h0, weights].flatMap((group) => Object.values(group) as Tensor[]);
        const loss = () => {
          const { output } = deepRnnMoments(x, h0, weights, transition, { form: 'wang-manning' }, noise);
          return add(sum(mul(output.mean, ofMean)), sum(mul(output.variance, ofVariance)));
        };
        const { worst } = checkGradients(parameters, loss, { directions: 3, epsilon: 3e-3 });
        expect(worst).toBeLessThan(1e-6);
      });
    }
  }
});
