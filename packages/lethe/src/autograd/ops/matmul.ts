/** Matrix products on the tape. Leading axes of the left operand are rows. */

import { ShapeError } from '../../errors.ts';
import { kernels } from '../../kernels/engine.ts';
import { checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate, scoped } from '../../tensor/scratch.ts';
import { expectShape, shapeText, Tensor } from '../../tensor/tensor.ts';
import { freshGradients, gradientOf, needsGradient, recordOperation } from '../tape.ts';
import { finiteRows, idleRows } from './rows.ts';

/**
 * a b.
 * @param a [.., k]
 * @param b [k, n]
 * @returns [.., n]
 * @throws ShapeError
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkTensor('matmul', 'a', a);
  checkTensor('matmul', 'b', b);
  return product('matmul', [a], b, undefined);
}

/**
 * x W + b, one product with the bias folded in.
 * @param x [.., k]
 * @param w [k, n]
 * @param bias [n]
 * @returns [.., n]
 * @throws ShapeError
 */
export function affine(x: Tensor, w: Tensor, bias: Tensor): Tensor {
  checkTensor('affine', 'x', x);
  checkTensor('affine', 'w', w);
  checkTensor('affine', 'bias', bias);
  return product('affine', [x], w, bias);
}

/**
 * [x_1 | x_2 | ..] W + b, without putting the parts side by side: Σ_i x_i W_i + b, where W_i are the rows of W that part i meets.
 * @param parts [.., k_i], of equal leading axes
 * @param w [Σ k_i, n]
 * @param bias [n]
 * @returns [.., n]
 */
export function affineOf(parts: readonly Tensor[], w: Tensor, bias: Tensor): Tensor {
  return product('affine', parts, w, bias);
}

/** target_j += sum over rows of rows[.., j], as the product of a row of ones with them. */
export function addColumnSums(target: Real, rows: Real): void {
  const n = target.length;
  if (n === 0) return;
  const count = rows.length / n;
  scoped(() => {
    const ones = allocate(count).fill(1);
    kernels().matmul({ m: 1, n, k: count, a: ones, b: rows, c: target, accumulate: true });
  });
}

// --- internal ---

/** The product of parts side by side with b, a product a part; the rows of b that a part meets are one stretch of it. */
function product(name: string, parts: readonly Tensor[], b: Tensor, bias: Tensor | undefined): Tensor {
  const [leading, widths] = [parts[0].shape.slice(0, -1), parts.map(({ shape }) => shape[shape.length - 1])];
  const width = widths.reduce((sum, k) => sum + k, 0);
  if (parts[0].shape.length === 0 || b.shape.length !== 2 || width !== b.shape[0]) {
    throw new ShapeError(
      `${name}: expected shapes [.., k] and [k, n], got ${shapeText([...leading, width])} and ${shapeText(b.shape)}`,
    );
  }
  const n = b.shape[1];
  const m = leading.reduce((rows, length) => rows * length, 1);
  if (bias) expectShape(name, 'bias', bias.shape, [n]);
  let from = 0;
  const places = parts.map((a, i) => {
    const [k, start] = [widths[i], from * n];
    from += k;
    return { a, k, own: (data: Real) => data.subarray(start, start + k * n) };
  });
  const c = new Tensor([...leading, n], allocate(m * n));
  for (const [i, { a, k, own }] of places.entries()) {
    const call = { m, n, k, a: a.data, b: own(b.data), c: c.data };
    kernels().matmul(i === 0 ? { ...call, bias: bias?.data } : { ...call, accumulate: true });
  }
  recordOperation(c, bias ? [...parts, b, bias] : [...parts, b], () => {
    const dc = gradientOf(c);
    for (const { a, k, own } of places) {
      if (!needsGradient(a)) continue;
      const { gradients, fresh } = freshGradients([a]);
      const da = gradients[0] as Real;
      kernels().matmul({ m, n: k, k: n, a: dc, b: own(b.data), transposeB: true, c: da, accumulate: !fresh });
    }
    if (needsGradient(b)) {
      const idle = idleRows([dc], n);
      const db = gradientOf(b);
      for (const { a, k, own } of places) {
        const left = finiteRows(a.data, k, idle);
        kernels().matmul({ m: k, n, k: m, a: left, transposeA: true, b: dc, c: own(db), accumulate: true });
      }
    }
    if (bias && needsGradient(bias)) addColumnSums(gradientOf(bias), dc);
  });
  return c;
}
