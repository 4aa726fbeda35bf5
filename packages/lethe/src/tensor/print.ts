/** A tensor in words: its shape and its numbers, of long axes the first and last. */
import type { Real } from './dtype.ts';

/** `Tensor [3] [1, 2, 3]`; at most a few hundred numbers, rows of a matrix on lines of their own. */
export function printed(shape: readonly number[], data: Real): string {
  const head = `Tensor [${shape.join(', ')}]`;
  // Of many axes even the ends are many: they are shown as one.
  const axes = shape.length > mostAxes ? [data.length] : shape;
  return `${head}${axes.length > 1 ? '\n' : ' '}${block(axes, data, 0, '')}`;
}

// --- internal ---

/** Axes that are shown as such, numbers at each end of an axis, and lengths that are shown whole. */
const mostAxes = 3;
const ends = 3;
const whole = 10;

function block(shape: readonly number[], data: Real, from: number, indent: string): string {
  if (shape.length === 0) return number(data[from]);
  const [length, ...inner] = shape;
  const size = inner.reduce((product, n) => product * n, 1);
  const isLong = length > whole;
  const part = (i: number) => block(inner, data, from + i * size, `${indent} `);
  const first = Array.from({ length: isLong ? ends : length }, (_, i) => part(i));
  const last = isLong ? Array.from({ length: ends }, (_, i) => part(length - ends + i)) : [];
  const between = inner.length > 0 ? `,\n${indent} ` : ', ';
  return `[${[...first, ...(isLong ? [`… ${length - 2 * ends} more …`] : []), ...last].join(between)}]`;
}

/** Six digits, as many as float32 is sure of. */
function number(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}
