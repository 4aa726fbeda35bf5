/**
 * Gradients of tables of which a step uses few rows. The array is a whole gradient, zero in all other rows, and kept from
 * step to step: only the rows that were used are cleared, and whoever reads it may ask which they are. For 10,000
 * words of 650 features this spares a training step 26 MB of zeros and their reading for norm and update.
 */
import { type Real, zeros } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { hasGradient, presentGradient, putGradient } from './tape.ts';
import { usedRows } from './used-rows.ts';

/**
 * The gradient of `table`, in which rows `numbers` will be added to. It holds until the next backward pass over the table.
 * @param table [rows, n]
 */
export function rowGradientOf(table: Tensor, numbers: Int32Array): Real {
  if (hasGradient(table)) {
    const gradient = presentGradient(table)!;
    // Where somebody else, such as a tied readout, has filled it, all rows count already.
    const used = usedRows.get(gradient);
    if (used) for (const number of numbers) used.rows.add(number);
    return gradient;
  }
  let kept = keptGradients.get(table);
  if (!kept) {
    kept = zeros(table.size);
    keptGradients.set(table, kept);
  } else {
    clear(kept);
  }
  usedRows.set(kept, { width: table.shape[1], rows: new Set(numbers) });
  putGradient(table, kept);
  return kept;
}

// --- internal ---

const keptGradients = new WeakMap<Tensor, Real>();

function clear(gradient: Real): void {
  const used = usedRows.get(gradient);
  if (!used) gradient.fill(0);
  else for (const row of used.rows) gradient.fill(0, row * used.width, (row + 1) * used.width);
}
