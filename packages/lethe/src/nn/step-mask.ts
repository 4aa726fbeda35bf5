/** Which rows of an output count: one number for each, 1 counts, 0 does not. */
import { ShapeError } from '../errors.ts';
import type { Real } from '../tensor/dtype.ts';
import { shapeText, Tensor } from '../tensor/tensor.ts';

/** One number for each row of the output ([time, batch] or [rows]): 1 counts, 0 does not. */
export type StepMask = Tensor | Real;

/** The numbers of a mask, which may be absent. */
export function maskData(stepMask: StepMask | undefined): Real | undefined {
  return stepMask instanceof Tensor ? stepMask.data : stepMask;
}

/**
 * The mask over the rows of x [.., n], or undefined where every row counts.
 * @throws ShapeError if it has not one number for each row
 */
export function partialMask(where: string, x: Tensor, stepMask: StepMask | undefined): Real | undefined {
  const mask = maskData(stepMask);
  if (!mask) return undefined;
  const rows = x.size / x.shape[x.shape.length - 1];
  if (mask.length !== rows) {
    throw new ShapeError(
      `${where}: expected a step mask of ${rows} elements for ${shapeText(x.shape)}, got ${mask.length}`,
    );
  }
  return mask.every((weight: number) => weight === 1) ? undefined : mask;
}

/** The numbers of the rows that count. */
export function countedRows(mask: Real): Int32Array {
  return Int32Array.from(mask.keys()).filter((m) => mask[m] !== 0);
}
