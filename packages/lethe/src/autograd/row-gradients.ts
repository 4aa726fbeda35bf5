/**
 * Gradients of tables of which a step uses few rows. The array is a whole gradient, zero in all other rows, and kept from
 * step to step: only the rows that were used are cleared, and whoever reads it may ask which they are. For 10,000
 * words of 650 features this spares a training step 26 MB of zeros and their reading for norm and update.
 */
import { type Real, realZeros } from '../tensor/dtype.ts';
import { isAlive, type ScratchOrigin } from '../tensor/scratch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { presentGradient, putGradient } from './tape.ts';
import { eachUsedPart, usedRows } from './used-rows.ts';

/**
 * The gradient of `table`, in which rows `numbers` will be added to. An array is used again when the scope of the gradients that
 * it was made for is gone; two backward passes within one scope have two.
 * @param table [rows, n]
 */
export function rowGradientOf(table: Tensor, numbers: Int32Array): Real {
  const present = presentGradient(table);
  if (present) {
    // Where somebody else, such as a tied readout, has filled it, all rows count already.
    const used = usedRows.get(present);
    if (used) mark(used.rows, numbers);
    return present;
  }
  return putGradient(table, (scope) => {
    const gradient = cleanGradient(table, scope);
    const [rows, width] = table.shape;
    usedRows.set(gradient, { width, rows: mark(new Uint8Array(rows), numbers) });
    return gradient;
  });
}

// --- internal ---

interface KeptGradient {
  data: Real;
  /** the scope of the gradients that it belongs to */
  holder: ScratchOrigin;
}

const keptGradients = new WeakMap<Tensor, KeptGradient[]>();

/** An array of zeros for the gradient of a table, the caller's own outside of all scopes. */
function cleanGradient(table: Tensor, scope: ScratchOrigin): Real {
  if (scope === null) return realZeros(table.size);
  const all = keptGradients.get(table) ?? [];
  keptGradients.set(table, all);
  const free = all.find(({ holder }) => !isAlive(holder));
  if (free) {
    free.holder = scope;
    clear(free.data);
    return free.data;
  }
  const made = { data: realZeros(table.size), holder: scope };
  all.push(made);
  return made.data;
}

function mark(rows: Uint8Array, numbers: Int32Array): Uint8Array {
  for (let i = 0; i < numbers.length; i++) rows[numbers[i]] = 1;
  return rows;
}

function clear(gradient: Real): void {
  eachUsedPart(gradient, (values) => {
    values.fill(0);
  });
}
