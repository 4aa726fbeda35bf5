/** Which rows of an output count: one number for each, 1 counts, 0 does not. */

import { DataError, ShapeError } from '../../errors.ts';
import { checkReal } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { shapeText, Tensor } from '../../tensor/tensor.ts';

/** One number for each row of the output ([time, batch] or [rows]): 1 counts, 0 does not. */
export type StepMask = Tensor | Real;

/**
 * The numbers of a mask, which may be absent.
 * @throws ConfigError for what is no mask; DataError for a number below 0 or not finite
 */
export function maskData(where: string, stepMask: StepMask | undefined): Real | undefined {
  if (stepMask === undefined) return undefined;
  const mask = stepMask instanceof Tensor ? stepMask.data : stepMask;
  checkReal(where, 'the step mask', mask);
  for (let m = 0; m < mask.length; m++) {
    if (mask[m] >= 0 && mask[m] < Infinity) continue;
    throw new DataError(
      `${where}: expected a step mask of numbers of at least 0 (1 counts, 0 does not), got ${mask[m]} at row ${m}`,
    );
  }
  return mask;
}

/**
 * The mask of M rows, and how many steps count.
 * @throws ShapeError for another length; DataError if no step counts
 */
export function countedSteps(
  where: string,
  stepMask: StepMask | undefined,
  M: number,
): { mask: Real | undefined; count: number } {
  const mask = maskData(where, stepMask);
  if (mask && mask.length !== M) {
    throw new ShapeError(`${where}: expected a step mask of ${M} elements, got ${mask.length}`);
  }
  let count = mask ? 0 : M;
  for (let m = 0; mask && m < M; m++) count += mask[m];
  if (count > 0) return { mask, count };
  throw new DataError(`${where}: expected at least one step that counts, got none of ${M}`);
}

/**
 * The mask over the rows of x [.., n], or undefined where every row counts.
 * @throws ShapeError if it has not one number for each row
 */
export function partialMask(where: string, x: Tensor, stepMask: StepMask | undefined): Real | undefined {
  const mask = maskData(where, stepMask);
  if (!mask) return undefined;
  const rows = x.size / (x.shape[x.shape.length - 1] ?? 1);
  if (mask.length !== rows) {
    throw new ShapeError(
      `${where}: expected a step mask of ${rows} elements for ${shapeText(x.shape)}, got ${mask.length}`,
    );
  }
  return mask.every((weight: number) => weight === 1) ? undefined : mask;
}

/** The numbers of the rows that count. */
export function countedRows(mask: Real): Int32Array {
  const rows = new Int32Array(mask.length);
  let count = 0;
  for (let m = 0; m < mask.length; m++) if (mask[m] !== 0) rows[count++] = m;
  return rows.slice(0, count);
}
