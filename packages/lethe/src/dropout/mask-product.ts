/** Masks put together: the product of two that share different axes, and columns spread over a matrix. */
import type { Mask } from '../kernels/contract/fields.ts';
import { allocate } from '../tensor/scratch.ts';

/** Lengths of the axes; a mask has a stride of 0 along those that it is shared over. */
interface Axes {
  gates: number;
  steps: number;
  batch: number;
  width: number;
}

/** The product of two masks, shared over the axes that both are shared over. */
export function multiply(a: Mask, b: Mask, axes: Axes): Mask {
  const gates = a.gate || b.gate ? axes.gates : 1;
  const steps = a.time || b.time ? axes.steps : 1;
  const batch = a.batch || b.batch ? axes.batch : 1;
  const { width } = axes;
  const data = allocate(gates * steps * batch * width);
  let to = 0;
  for (let g = 0; g < gates; g++) {
    for (let t = 0; t < steps; t++) {
      for (let r = 0; r < batch; r++) {
        const fromA = g * a.gate + t * a.time + r * a.batch;
        const fromB = g * b.gate + t * b.time + r * b.batch;
        for (let j = 0; j < width; j++) data[to + j] = a.data[fromA + j] * b.data[fromB + j];
        to += width;
      }
    }
  }
  return {
    data,
    gate: gates > 1 ? steps * batch * width : 0,
    time: steps > 1 ? batch * width : 0,
    batch: batch > 1 ? width : 0,
  };
}

/**
 * A mask of whole columns as a mask of weights.
 * @param mask [batch, columns]
 * @returns [batch, rows * columns], every row alike
 */
export function broadcastColumns(mask: Mask, batch: number, columns: number, rows: number): Mask {
  const data = allocate(batch * rows * columns);
  for (let b = 0; b < batch; b++) {
    const drawn = mask.data.subarray(b * columns, (b + 1) * columns);
    for (let i = 0; i < rows; i++) data.set(drawn, (b * rows + i) * columns);
  }
  return { ...mask, data, batch: mask.batch && rows * columns };
}
