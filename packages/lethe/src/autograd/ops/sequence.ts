/** Operations on sequences [time, batch, features] along time and batch. */
import { ShapeError } from '../../errors.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';
import { gradientIfNeeded, gradientOf, recordOperation } from '../tape.ts';

/**
 * The steps in reverse order.
 * @param x [time, batch, features]
 */
export function reverseTime(x: Tensor): Tensor {
  expectShape('reverseTime', 'x', x.shape, ['time', 'batch', 'features']);
  const [T, B, n] = x.shape;
  const y = new Tensor(x.shape, allocate(x.size));
  const row = B * n;
  for (let t = 0; t < T; t++) y.data.set(x.data.subarray(t * row, (t + 1) * row), (T - 1 - t) * row);
  recordOperation(y, [x], () => {
    const dx = gradientOf(x);
    const dy = gradientOf(y);
    for (let t = 0; t < T; t++) {
      const [to, from] = [t * row, (T - 1 - t) * row];
      for (let i = 0; i < row; i++) dx[to + i] += dy[from + i];
    }
  });
  return y;
}

/**
 * One example of the batch, as a batch of one.
 * @param x [time, batch, features], or [batch, features]
 */
export function exampleOf(x: Tensor, b: number): Tensor {
  const { T, B, n } = sizes(x);
  const y = new Tensor(x.shape.length === 3 ? [T, 1, n] : [1, n], allocate(T * n));
  for (let t = 0; t < T; t++) y.data.set(x.data.subarray((t * B + b) * n, (t * B + b + 1) * n), t * n);
  recordOperation(y, [x], () =>
    addRows(
      gradientOf(x),
      (t) => (t * B + b) * n,
      gradientOf(y),
      (t) => t * n,
      T,
      n,
    ),
  );
  return y;
}

/**
 * A batch from its examples.
 * @param examples [time, 1, features] or [1, features], all alike
 * @throws ShapeError if there are none, or they differ
 */
export function batchOf(examples: readonly Tensor[]): Tensor {
  const B = examples.length;
  if (B === 0) throw new ShapeError('batchOf: expected at least one example, got none');
  for (const example of examples) expectShape('batchOf', 'an example', example.shape, examples[0].shape);
  const { T, n } = sizes(examples[0]);
  const y = new Tensor(examples[0].shape.length === 3 ? [T, B, n] : [B, n], allocate(T * B * n));
  for (const [b, { data }] of examples.entries()) {
    for (let t = 0; t < T; t++) y.data.set(data.subarray(t * n, (t + 1) * n), (t * B + b) * n);
  }
  recordOperation(y, examples, () => {
    for (const [b, example] of examples.entries()) {
      const dx = gradientIfNeeded(example);
      if (dx)
        addRows(
          dx,
          (t) => t * n,
          gradientOf(y),
          (t) => (t * B + b) * n,
          T,
          n,
        );
    }
  });
  return y;
}

// --- internal ---

function sizes({ shape }: Tensor): { T: number; B: number; n: number } {
  const [T, B, n] = shape.length === 3 ? shape : [1, ...shape];
  return { T, B, n };
}

/** target[to(t) + i] += source[from(t) + i]. */
function addRows(
  target: Real,
  to: (t: number) => number,
  source: Real,
  from: (t: number) => number,
  T: number,
  n: number,
): void {
  for (let t = 0; t < T; t++) {
    const [a, b] = [to(t), from(t)];
    for (let i = 0; i < n; i++) target[a + i] += source[b + i];
  }
}
