/** Operations that move elements and compute nothing. */

import { checkWhole } from '../../checks.ts';
import { ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import { addBlock, copyBlock, type Place } from '../../tensor/blocks.ts';
import { checkTensor, checkTensors } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { checkShape, expectShape, shapeText, sizeOf, Tensor } from '../../tensor/tensor.ts';
import { adoptGradient, gradientOf, needsGradient, recordOperation } from '../tape.ts';
import { addColumnSums } from './matmul.ts';
import { giveWhole } from './whole-blocks.ts';

/**
 * The same elements in another shape, without a copy.
 * @throws ShapeError if the numbers of elements differ
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  checkTensor('reshape', 'x', x);
  if (checkShape('reshape', shape) !== x.size) {
    throw new ShapeError(
      `reshape: expected a shape of ${x.size} elements for ${shapeText(x.shape)}, got ${shapeText(shape)}`,
    );
  }
  const y = x.view(shape);
  // Nobody reads the gradient of y after this.
  recordOperation(y, [x], () => adoptGradient(x, gradientOf(y)));
  return y;
}

/**
 * Rows and columns exchanged.
 * @param x [m, n]
 * @returns [n, m]
 */
export function transpose(x: Tensor): Tensor {
  checkTensor('transpose', 'x', x);
  expectShape('transpose', 'a matrix', x.shape, ['m', 'n']);
  const [m, n] = x.shape;
  const y = new Tensor([n, m], allocate(x.size));
  const xs = x.data;
  const ys = y.data;
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) ys[j * m + i] = xs[i * n + j];
  recordOperation(y, [x], () => {
    const dx = gradientOf(x);
    const dy = gradientOf(y);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) dx[i * n + j] += dy[j * m + i];
  });
  return y;
}

/**
 * The part from `from` up to (not including) `to` of one axis. Negative axes count from the end; from and to do not.
 * @throws ShapeError if there is no such axis, or the range is not inside it
 */
export function slice(x: Tensor, axis: number, from: number, to: number): Tensor {
  checkTensor('slice', 'x', x);
  const at = axisOf('slice', axis, x.shape);
  const length = x.shape[at];
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= length)) {
    throw new ShapeError(
      `slice: expected a range inside axis ${axis} of shape ${shapeText(x.shape)}, got ${found(from)} to ${found(to)}`,
    );
  }
  const shape = x.shape.map((n, i) => (i === at ? to - from : n));
  const inner = sizeOf(x.shape.slice(at + 1));
  const outer = sizeOf(x.shape.slice(0, at));
  const y = new Tensor(shape, allocate(sizeOf(shape)));
  const count = (to - from) * inner;
  const block = { rows: outer, width: count };
  const places = (ofX: Real, ofY: Real): [Place, Place] => [
    { data: ofX, start: from * inner, stride: length * inner },
    { data: ofY, start: 0, stride: count },
  ];
  const [source, target] = places(x.data, y.data);
  copyBlock(block, target, source);
  recordOperation(y, [x], () => addBlock(block, ...places(gradientOf(x), gradientOf(y))));
  return y;
}

/**
 * Tensors one after another along one axis; the other axes must agree. Negative axes count from the end.
 * @throws ShapeError if they do not, if there is no such axis, or if there are no tensors
 */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  checkTensors('concat', 'parts', parts);
  if (parts.length === 0) throw new ShapeError('concat: expected at least one tensor, got none');
  const first = parts[0].shape;
  const at = axisOf('concat', axis, first);
  for (const part of parts) {
    expectShape(
      'concat',
      'every tensor',
      part.shape,
      first.map((n, i) => (i === at ? 'n' : n)),
    );
  }
  const inner = sizeOf(first.slice(at + 1));
  const outer = sizeOf(first.slice(0, at));
  const total = parts.reduce((length, part) => length + part.shape[at], 0);
  const y = new Tensor(
    first.map((n, i) => (i === at ? total : n)),
    allocate(outer * total * inner),
  );
  const row = total * inner;
  let next = 0;
  const places = parts.map((part) => {
    const [start, width] = [next, part.shape[at] * inner];
    next += width;
    const inWhole = (data: Real): Place => ({ data, start, stride: row });
    const inPart = (data: Real): Place => ({ data, start: 0, stride: width });
    return { part, block: { rows: outer, width }, inWhole, inPart };
  });
  for (const { part, block, inWhole, inPart } of places) copyBlock(block, inWhole(y.data), inPart(part.data));
  recordOperation(y, parts, () => {
    const dy = gradientOf(y);
    for (const { part, block, inWhole, inPart } of places) giveWhole(part, block, inPart, inWhole(dy));
  });
  return y;
}

/**
 * Tensors of one shape along a new first axis, e.g. the steps of a sequence.
 * @returns [count, ...shape]
 * @throws ShapeError if the shapes differ, or if there are no tensors
 */
export function stack(parts: readonly Tensor[]): Tensor {
  checkTensors('stack', 'parts', parts);
  return concat(
    parts.map((part) => reshape(part, [1, ...part.shape])),
    0,
  );
}

/**
 * One row for everybody.
 * @param x [n]
 * @returns [rows, n]
 */
export function broadcastRows(x: Tensor, rows: number): Tensor {
  checkTensor('broadcastRows', 'x', x);
  checkWhole('broadcastRows', 'rows', rows);
  expectShape('broadcastRows', 'a row', x.shape, ['n']);
  const y = new Tensor([rows, x.size], allocate(checkShape('broadcastRows', [rows, x.size])));
  for (let r = 0; r < rows; r++) y.data.set(x.data, r * x.size);
  recordOperation(y, [x], () => addColumnSums(gradientOf(x), gradientOf(y)));
  return y;
}

/**
 * Element by element, a where the condition is not 0, else b.
 * @param condition same shape as a and b; no gradient flows through it
 */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  checkTensor('where', 'the condition', condition);
  checkTensor('where', 'a', a);
  checkTensor('where', 'b', b);
  expectShape('where', 'the first choice', a.shape, condition.shape);
  expectShape('where', 'the second choice', b.shape, condition.shape);
  const y = new Tensor(a.shape, allocate(a.size));
  const [c, as, bs, ys] = [condition.data, a.data, b.data, y.data];
  for (let i = 0; i < ys.length; i++) ys[i] = c[i] !== 0 ? as[i] : bs[i];
  recordOperation(y, [a, b], () => {
    const dy = gradientOf(y);
    if (needsGradient(a)) {
      const da = gradientOf(a);
      for (let i = 0; i < dy.length; i++) if (c[i] !== 0) da[i] += dy[i];
    }
    if (needsGradient(b)) {
      const db = gradientOf(b);
      for (let i = 0; i < dy.length; i++) if (c[i] === 0) db[i] += dy[i];
    }
  });
  return y;
}

// --- internal ---

/** The axis counted from the front. */
function axisOf(where: string, axis: number, shape: readonly number[]): number {
  const at = Number.isInteger(axis) && axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(at) && at >= 0 && at < shape.length) return at;
  throw new ShapeError(`${where}: expected an axis of shape ${shapeText(shape)}, got ${found(axis)}`);
}
