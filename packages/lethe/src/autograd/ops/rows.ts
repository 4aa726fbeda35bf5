/** Rows of a tensor [.., n]: some of them by number, or all with those that count for nothing made zero. */
import type { Active } from '../../kernels/contract/fields.ts';
import { kernels } from '../../kernels/engine.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { adoptGradient, gradientOf, recordOperation } from '../tape.ts';

/**
 * Rows by number; what stands in the others is not read.
 * @param x [.., n]
 * @param numbers from 0 on, over all leading axes
 * @returns [count, n]
 */
export function takeRows(x: Tensor, numbers: Int32Array): Tensor {
  const n = x.shape[x.shape.length - 1];
  const y = new Tensor([numbers.length, n], allocate(numbers.length * n));
  const call = { M: numbers.length, n, V: x.size / n, numbers };
  kernels().gatherRows({ ...call, table: x.data, rows: y.data });
  recordOperation(y, [x], () =>
    kernels().scatterRows({ ...call, table: gradientOf(x), rows: gradientOf(y) }),
  );
  return y;
}

/**
 * x with zeros on the steps that do not count, whatever it holds there, NaN included: 0 · NaN would bring it into the gradients.
 * Where nothing is padded it is x itself, and where zeros stand there already its memory.
 * @param x [time, batch, n]
 */
export function withoutPadding(x: Tensor, active: Active): Tensor {
  const padding = paddingOf(x.shape, active);
  if (padding.length === 0) return x;
  const isClean = padding.every(({ from, to }) => isZero(x.data, from, to));
  const y = isClean ? x.view(x.shape) : new Tensor(x.shape, allocate(x.size));
  if (!isClean) {
    y.data.set(x.data);
    clearStretches(y.data, padding);
  }
  recordOperation(y, [x], () => {
    // Nobody reads the gradient of y after this.
    const dy = gradientOf(y);
    clearStretches(dy, padding);
    adoptGradient(x, dy);
  });
  return y;
}

/** Elements [from, to) of an array. */
export interface Stretch {
  from: number;
  to: number;
}

/** The elements of [time, batch, n] on steps that do not count, in stretches. */
export function paddingOf([T, B, n]: readonly number[], { start, stop }: Active): Stretch[] {
  const stretches: Stretch[] = [];
  if (!start?.some((t) => t > 0) && !stop?.some((t) => t < T)) return stretches;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      if (t >= (start?.[b] ?? 0) && t < (stop?.[b] ?? T)) continue;
      const [from, last] = [(t * B + b) * n, stretches[stretches.length - 1]];
      if (last?.to === from) last.to += n;
      else stretches.push({ from, to: from + n });
    }
  }
  return stretches;
}

export function clearStretches(data: Real, stretches: readonly Stretch[]): void {
  for (const { from, to } of stretches) data.fill(0, from, to);
}

/** The rows [.., n] that are zero in all of some gradients: the steps that a loss does not count. */
export function idleRows(gradients: readonly Real[], n: number): number[] {
  const rows: number[] = [];
  const count = n === 0 ? 0 : gradients[0].length / n;
  for (let m = 0; m < count; m++) {
    // Rows in use are left at their first element that is not 0.
    if (gradients.every((gradient) => isZero(gradient, m * n, (m + 1) * n))) rows.push(m);
  }
  return rows;
}

/**
 * An operand [.., k] of a weight gradient: rows without a gradient add nothing, so zeros stand for those that are not finite,
 * since 0 · NaN would add NaN. The operand itself where they all are.
 */
export function finiteRows(operand: Real, k: number, idle: readonly number[]): Real {
  const broken = idle.filter((m) => !areNumbers(operand, m * k, (m + 1) * k));
  if (broken.length === 0) return operand;
  const rows = allocate(operand.length);
  rows.set(operand);
  for (const m of broken) rows.fill(0, m * k, (m + 1) * k);
  return rows;
}

// --- internal ---

function isZero(data: Real, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (data[i] !== 0) return false;
  return true;
}

/** Whether all of them are numbers: x - x is 0 of these and of no others. */
function areNumbers(data: Real, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (data[i] - data[i] !== 0) return false;
  return true;
}
