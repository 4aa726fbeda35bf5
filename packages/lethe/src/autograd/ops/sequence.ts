/** Operations on sequences [time, batch, features] along time and batch. */
import { ShapeError } from '../../errors.ts';
import { addBlock, copyBlock, type Place } from '../../tensor/blocks.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';
import { gradientOf, recordOperation } from '../tape.ts';
import { giveWhole } from './whole-blocks.ts';

/**
 * The steps in reverse order.
 * @param x [time, batch, features]
 */
export function reverseTime(x: Tensor): Tensor {
  expectShape('reverseTime', 'x', x.shape, ['time', 'batch', 'features']);
  const [T, B, n] = x.shape;
  const y = new Tensor(x.shape, allocate(x.size));
  const block = { rows: T, width: B * n };
  const ahead = (data: Real): Place => ({ data, start: 0, stride: B * n });
  const back = (data: Real): Place => ({ data, start: (T - 1) * B * n, stride: -B * n });
  copyBlock(block, ahead(y.data), back(x.data));
  recordOperation(y, [x], () => giveWhole(x, block, back, ahead(gradientOf(y))));
  return y;
}

/**
 * One example of the batch, as a batch of one.
 * @param x [time, batch, features], or [batch, features]
 */
export function exampleOf(x: Tensor, b: number): Tensor {
  const { T, B, n } = sizes(x);
  const y = new Tensor(x.shape.length === 3 ? [T, 1, n] : [1, n], allocate(T * n));
  const block = { rows: T, width: n };
  copyBlock(block, alone(y.data, n), inBatch(x.data, b, B * n, n));
  recordOperation(y, [x], () =>
    addBlock(block, inBatch(gradientOf(x), b, B * n, n), alone(gradientOf(y), n)),
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
  const block = { rows: T, width: n };
  for (const [b, { data }] of examples.entries())
    copyBlock(block, inBatch(y.data, b, B * n, n), alone(data, n));
  recordOperation(y, examples, () => {
    for (const [b, example] of examples.entries()) {
      giveWhole(example, block, (data) => alone(data, n), inBatch(gradientOf(y), b, B * n, n));
    }
  });
  return y;
}

// --- internal ---

function sizes({ shape }: Tensor): { T: number; B: number; n: number } {
  const [T, B, n] = shape.length === 3 ? shape : [1, ...shape];
  return { T, B, n };
}

/** The steps of a batch of one. */
const alone = (data: Real, n: number): Place => ({ data, start: 0, stride: n });

/** The steps of example b of a batch. */
const inBatch = (data: Real, b: number, row: number, n: number): Place => ({
  data,
  start: b * n,
  stride: row,
});
