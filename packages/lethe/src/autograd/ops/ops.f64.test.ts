/**
 * Every operation against central differences, in float64: `LETHE_DTYPE=f64 LETHE_ENGINE=portable vitest run`.
 * Skipped in float32, whose rounding would hide errors of 1e-4.
 */
import { describe, expect, it } from 'vitest';
import { drawGaussian } from '../../moments/sample.ts';
import { NoiseStream } from '../../random/stream.ts';
import { dtype } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { checkGradients } from '../check.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import {
  addScalar,
  exp,
  log,
  neg,
  relu,
  scale,
  sigmoid,
  softplus,
  sqrt,
  square,
  tanh,
} from './elementwise.ts';
import { applyMask } from './mask.ts';
import { affine, matmul } from './matmul.ts';
import { mean, sum, sumAxis } from './reduce.ts';
import { broadcastRows, concat, reshape, slice, stack, transpose, where } from './shape.ts';

const stream = new NoiseStream(11);
let draws = 0;

/** Numbers in (0.5, 1.5): away from the poles of log, div and sqrt and from the kink of relu. */
function positive(...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.uniforms({ site: 'sample', layer: draws++ }, size, 0.5, 1.5));
}

function signed(...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.normals({ site: 'sample', layer: draws++ }, size));
}

/** Inputs and a function of them; odd sizes, so that a mixed-up axis cannot pass. */
const cases: Record<string, { inputs: Tensor[]; f: (...inputs: Tensor[]) => Tensor }> = {
  'add, equal shapes': { inputs: [signed(3, 5), signed(3, 5)], f: add },
  'add, a row repeated on the right': { inputs: [signed(2, 3, 5), signed(5)], f: add },
  'add, a row repeated on the left': { inputs: [signed(5), signed(2, 3, 5)], f: add },
  'sub, a matrix repeated': { inputs: [signed(2, 3, 5), signed(3, 5)], f: sub },
  'sub, a number repeated on the left': { inputs: [signed(1), signed(3, 5)], f: sub },
  'mul, equal shapes': { inputs: [signed(3, 5), signed(3, 5)], f: mul },
  'mul, a row repeated': { inputs: [signed(3, 5), signed(5)], f: mul },
  'mul, of a tensor with itself': { inputs: [signed(3, 5)], f: (a) => mul(a, a) },
  'div, equal shapes': { inputs: [signed(3, 5), positive(3, 5)], f: div },
  'div, a row repeated below': { inputs: [signed(3, 5), positive(5)], f: div },
  'div, a row repeated above': { inputs: [signed(5), positive(3, 5)], f: div },
  neg: { inputs: [signed(7)], f: neg },
  scale: { inputs: [signed(7)], f: (a) => scale(a, -2.5) },
  addScalar: { inputs: [signed(7)], f: (a) => addScalar(a, 3) },
  tanh: { inputs: [signed(7)], f: tanh },
  sigmoid: { inputs: [signed(7)], f: sigmoid },
  'relu above 0': { inputs: [positive(7)], f: relu },
  'relu below 0': { inputs: [positive(7)], f: (a) => relu(neg(a)) },
  exp: { inputs: [signed(7)], f: exp },
  log: { inputs: [positive(7)], f: log },
  sqrt: { inputs: [positive(7)], f: sqrt },
  square: { inputs: [signed(7)], f: square },
  softplus: { inputs: [signed(7)], f: softplus },
  'matmul of matrices': { inputs: [signed(3, 5), signed(5, 2)], f: matmul },
  'matmul with leading axes': { inputs: [signed(2, 3, 5), signed(5, 4)], f: matmul },
  affine: { inputs: [signed(2, 3, 5), signed(5, 4), signed(4)], f: affine },
  sum: { inputs: [signed(3, 5)], f: sum },
  mean: { inputs: [signed(3, 5)], f: mean },
  'sumAxis of the first axis': { inputs: [signed(2, 3, 5)], f: (a) => sumAxis(a, 0) },
  'sumAxis of a middle axis': { inputs: [signed(2, 3, 5)], f: (a) => sumAxis(a, 1) },
  'sumAxis of the last axis': { inputs: [signed(2, 3, 5)], f: (a) => sumAxis(a, -1) },
  reshape: { inputs: [signed(3, 4)], f: (a) => reshape(a, [2, 6]) },
  transpose: { inputs: [signed(3, 5)], f: transpose },
  'slice of the first axis': { inputs: [signed(5, 3)], f: (a) => slice(a, 0, 1, 4) },
  'slice of the last axis': { inputs: [signed(2, 3, 5)], f: (a) => slice(a, -1, 2, 5) },
  'concat along the first axis': { inputs: [signed(2, 3), signed(4, 3)], f: (a, b) => concat([a, b], 0) },
  'concat along the last axis': { inputs: [signed(2, 3), signed(2, 4)], f: (a, b) => concat([a, b], -1) },
  stack: { inputs: [signed(2, 3), signed(2, 3)], f: (a, b) => stack([a, b, a]) },
  broadcastRows: { inputs: [signed(5)], f: (a) => broadcastRows(a, 3) },
  where: {
    inputs: [signed(4), signed(4)],
    f: (a, b) => where(new Tensor([4], Float64Array.of(1, 0, 0, 1)), a, b),
  },
  'applyMask with one mask for all steps': {
    inputs: [signed(4, 3, 5)],
    f: (a) => applyMask(a, { data: maskData.data, gate: 0, time: 0, batch: 5 }),
  },
  drawGaussian: {
    inputs: [signed(6), positive(6)],
    f: (mean, variance) => drawGaussian({ mean, variance }, maskData.data.subarray(0, 6) as Float64Array),
  },
};
const maskData = signed(3, 5);

describe.skipIf(dtype !== 'f64')('gradients of operations (float64 only: set LETHE_DTYPE=f64)', () => {
  for (const [name, { inputs, f }] of Object.entries(cases)) {
    it(`${name}: the tape agrees with central differences`, () => {
      // The squared output, so that the gradient that comes in differs from element to element.
      const { worst } = checkGradients(inputs, () => sum(square(addScalar(f(...inputs), 0.3))));
      expect(worst).toBeLessThan(1e-6);
    });
  }
});
