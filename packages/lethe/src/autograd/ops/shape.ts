/** Operations that move elements and compute nothing. */
import { ShapeError } from '../../errors.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, shapeText, sizeOf, Tensor } from '../../tensor/tensor.ts';
import { gradientOf, needsGradient, record } from '../tape.ts';
import { addColumnSums } from './matmul.ts';

/**
 * The same elements in another shape, without a copy.
 * @throws ShapeError if the numbers of elements differ
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (sizeOf(shape) !== x.size) {
    throw new ShapeError(
      `reshape: expected a shape of ${x.size} elements for ${shapeText(x.shape)}, got ${shapeText(shape)}`,
    );
  }
  const y = x.view(shape);
  record(y, [x], () => {
    const dx = gradientOf(x);
    const dy = gradientOf(y);
    for (let i = 0; i < dx.length; i++) dx[i] += dy[i];
  });
  return y;
}

/**
 * Rows and columns exchanged.
 * @param x [m, n]
 * @returns [n, m]
 */
export function transpose(x: Tensor): Tensor {
  expectShape('transpose', 'a matrix', x.shape, ['m', 'n']);
  const [m, n] = x.shape;
  const y = new Tensor([n, m], allocate(x.size));
  const xs = x.data;
  const ys = y.data;
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) ys[j * m + i] = xs[i * n + j];
  record(y, [x], () => {
    const dx = gradientOf(x);
    const dy = gradientOf(y);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) dx[i * n + j] += dy[j * m + i];
  });
  return y;
}

/**
 * The part from `from` up to (not including) `to` of the first axis (0) or of the last (-1).
 * @throws ShapeError if the range is not inside that axis
 */
export function slice(x: Tensor, axis: 0 | -1, from: number, to: number): Tensor {
  const at = axis === 0 ? 0 : x.shape.length - 1;
  const length = x.shape[at] ?? 0;
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= length)) {
    throw new ShapeError(
      `slice: expected a range inside axis ${axis} of shape ${shapeText(x.shape)}, got ${from} to ${to}`,
    );
  }
  const shape = x.shape.map((n, i) => (i === at ? to - from : n));
  const inner = at === 0 ? sizeOf(x.shape.slice(1)) : 1;
  const outer = at === 0 ? 1 : sizeOf(x.shape.slice(0, -1));
  const y = new Tensor(shape, allocate(sizeOf(shape)));
  const count = (to - from) * inner;
  const xs = x.data;
  const ys = y.data;
  for (let o = 0; o < outer; o++) {
    const start = (o * length + from) * inner;
    for (let i = 0; i < count; i++) ys[o * count + i] = xs[start + i];
  }
  record(y, [x], () => {
    const dx = gradientOf(x);
    const dy = gradientOf(y);
    for (let o = 0; o < outer; o++) {
      const start = (o * length + from) * inner;
      for (let i = 0; i < count; i++) dx[start + i] += dy[o * count + i];
    }
  });
  return y;
}

/**
 * Tensors one after another along the first axis (0) or the last (-1); the other axes must agree.
 * @throws ShapeError if they do not, or if there are none
 */
export function concat(parts: readonly Tensor[], axis: 0 | -1): Tensor {
  if (parts.length === 0) throw new ShapeError('concat: expected at least one tensor, got none');
  const first = parts[0].shape;
  const at = axis === 0 ? 0 : first.length - 1;
  for (const part of parts) {
    expectShape(
      'concat',
      'every tensor',
      part.shape,
      first.map((n, i) => (i === at ? 'n' : n)),
    );
  }
  const inner = at === 0 ? sizeOf(first.slice(1)) : 1;
  const outer = at === 0 ? 1 : sizeOf(first.slice(0, -1));
  const total = parts.reduce((length, part) => length + part.shape[at], 0);
  const y = new Tensor(
    first.map((n, i) => (i === at ? total : n)),
    allocate(outer * total * inner),
  );
  let offset = 0;
  const places = parts.map((part) => {
    const place = { part, offset, count: part.shape[at] * inner };
    offset += place.count;
    return place;
  });
  const row = total * inner;
  const ys = y.data;
  for (const { part, offset, count } of places) {
    const xs = part.data;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++) ys[o * row + offset + i] = xs[o * count + i];
    }
  }
  record(y, parts, () => {
    const dy = gradientOf(y);
    for (const { part, offset, count } of places) {
      if (!needsGradient(part)) continue;
      const dx = gradientOf(part);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < count; i++) dx[o * count + i] += dy[o * row + offset + i];
      }
    }
  });
  return y;
}

/**
 * Tensors of one shape along a new first axis, e.g. the steps of a sequence.
 * @returns [count, ...shape]
 */
export function stack(parts: readonly Tensor[]): Tensor {
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
  expectShape('broadcastRows', 'a row', x.shape, ['n']);
  const y = new Tensor([rows, x.size], allocate(rows * x.size));
  for (let r = 0; r < rows; r++) y.data.set(x.data, r * x.size);
  record(y, [x], () => addColumnSums(gradientOf(x), gradientOf(y)));
  return y;
}

/**
 * Element by element, a where the condition is not 0, else b.
 * @param condition same shape as a and b; no gradient flows through it
 */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  expectShape('where', 'the first choice', a.shape, condition.shape);
  expectShape('where', 'the second choice', b.shape, condition.shape);
  const y = new Tensor(a.shape, allocate(a.size));
  const [c, as, bs, ys] = [condition.data, a.data, b.data, y.data];
  for (let i = 0; i < ys.length; i++) ys[i] = c[i] !== 0 ? as[i] : bs[i];
  record(y, [a, b], () => {
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
