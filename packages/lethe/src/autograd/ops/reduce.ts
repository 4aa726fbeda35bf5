/** Sums and means. Sums of all elements run in float64. */

import { ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import { checkTensor } from '../../tensor/check.ts';
import { allocate } from '../../tensor/scratch.ts';
import { shapeText, Tensor } from '../../tensor/tensor.ts';
import { gradientOf, recordOperation } from '../tape.ts';

/** The sum of all elements, shape []. */
export function sum(x: Tensor): Tensor {
  checkTensor('sum', 'x', x);
  return scaledSum(x, 1);
}

/**
 * The mean of all elements, shape [].
 * @throws ShapeError if there are none
 */
export function mean(x: Tensor): Tensor {
  checkTensor('mean', 'x', x);
  if (x.size === 0) {
    throw new ShapeError(`mean: expected at least one element, got shape ${shapeText(x.shape)}`);
  }
  return scaledSum(x, 1 / x.size);
}

/**
 * The sum along one axis, which disappears. Negative axes count from the end.
 * @throws ShapeError if there is no such axis
 */
export function sumAxis(x: Tensor, axis: number): Tensor {
  checkTensor('sumAxis', 'x', x);
  checkWholeAxis(axis);
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.shape.length) {
    throw new ShapeError(`sumAxis: expected an axis of shape ${shapeText(x.shape)}, got ${axis}`);
  }
  const length = x.shape[at];
  const inner = x.shape.slice(at + 1).reduce((size, n) => size * n, 1);
  const outer = x.shape.slice(0, at).reduce((size, n) => size * n, 1);
  const y = new Tensor(
    x.shape.filter((_, i) => i !== at),
    allocate(outer * inner),
  );
  const xs = x.data;
  const ys = y.data.fill(0);
  for (let o = 0; o < outer; o++) {
    for (let l = 0; l < length; l++) {
      for (let i = 0; i < inner; i++) ys[o * inner + i] += xs[(o * length + l) * inner + i];
    }
  }
  recordOperation(y, [x], () => {
    const dx = gradientOf(x);
    const dy = gradientOf(y);
    for (let o = 0; o < outer; o++) {
      for (let l = 0; l < length; l++) {
        for (let i = 0; i < inner; i++) dx[(o * length + l) * inner + i] += dy[o * inner + i];
      }
    }
  });
  return y;
}

// --- internal ---

function checkWholeAxis(axis: unknown): void {
  if (Number.isInteger(axis)) return;
  throw new ShapeError(`sumAxis: expected axis to be a whole number, got ${found(axis)}`);
}

function scaledSum(x: Tensor, factor: number): Tensor {
  const data = x.data;
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i];
  const y = new Tensor([], allocate(1));
  y.data[0] = factor * total;
  recordOperation(y, [x], () => {
    const dx = gradientOf(x);
    const dy = factor * gradientOf(y)[0];
    for (let i = 0; i < dx.length; i++) dx[i] += dy;
  });
  return y;
}
