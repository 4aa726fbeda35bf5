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
  return product('matmul', a, b, undefined);
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
  return product('affine', x, w, bias);
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

function product(name: string, a: Tensor, b: Tensor, bias: Tensor | undefined): Tensor {
  if (a.shape.length === 0 || b.shape.length !== 2 || a.shape[a.shape.length - 1] !== b.shape[0]) {
    throw new ShapeError(
      `${name}: expected shapes [.., k] and [k, n], got ${shapeText(a.shape)} and ${shapeText(b.shape)}`,
    );
  }
  const [k, n] = b.shape;
  const m = a.shape.slice(0, -1).reduce((rows, length) => rows * length, 1);
  if (bias) expectShape(name, 'bias', bias.shape, [n]);
  const c = new Tensor([...a.shape.slice(0, -1), n], allocate(m * n));
  kernels().matmul({ m, n, k, a: a.data, b: b.data, c: c.data, bias: bias?.data });
  recordOperation(c, bias ? [a, b, bias] : [a, b], () => {
    const dc = gradientOf(c);
    if (needsGradient(a)) {
      const { gradients, fresh } = freshGradients([a]);
      const da = gradients[0] as Real;
      kernels().matmul({ m, n: k, k: n, a: dc, b: b.data, transposeB: true, c: da, accumulate: !fresh });
    }
    if (needsGradient(b)) {
      const left = finiteRows(a.data, k, idleRows([dc], n));
      kernels().matmul({
        m: k,
        n,
        k: m,
        a: left,
        transposeA: true,
        b: dc,
        c: gradientOf(b),
        accumulate: true,
      });
    }
    if (bias && needsGradient(bias)) addColumnSums(gradientOf(bias), dc);
  });
  return c;
}
