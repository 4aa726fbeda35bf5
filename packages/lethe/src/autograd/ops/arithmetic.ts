/**
 * Element-wise arithmetic of two tensors. The shorter operand is repeated: its shape must end the longer
 * one's ([n] against [.., n]), or have one element. `y` is the output, `d…` a gradient. Operand a is seen as
 * `rows` rows `aRow` apart (0 repeats it), b likewise; the loops are plain so that the engine compiles them well.
 */

import { ShapeError } from '../../errors.ts';
import { checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { shapeText, Tensor } from '../../tensor/tensor.ts';
import { gradientOf, needsGradient, recordOperation } from '../tape.ts';

/**
 * a + b, element by element; the shorter operand, whose shape ends the longer one's or has one element, is repeated.
 * @throws ShapeError if neither shape ends the other
 */
export function add(a: Tensor, b: Tensor): Tensor {
  return binary('add', a, b, {
    forward(y, a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) y[r * columns + j] = a[r * aRow + j] + b[r * bRow + j];
      }
    },
    backwardA: (da, dy, _a, _b, p) => addRows(da, p.aRow, dy, 1, p),
    backwardB: (db, dy, _a, _b, p) => addRows(db, p.bRow, dy, 1, p),
  });
}

/**
 * a - b, element by element; the shorter operand, whose shape ends the longer one's or has one element, is repeated.
 * @throws ShapeError if neither shape ends the other
 */
export function sub(a: Tensor, b: Tensor): Tensor {
  return binary('sub', a, b, {
    forward(y, a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) y[r * columns + j] = a[r * aRow + j] - b[r * bRow + j];
      }
    },
    backwardA: (da, dy, _a, _b, p) => addRows(da, p.aRow, dy, 1, p),
    backwardB: (db, dy, _a, _b, p) => addRows(db, p.bRow, dy, -1, p),
  });
}

/**
 * a ∘ b, element by element; the shorter operand, whose shape ends the longer one's or has one element, is repeated. With a
 * constant b this is a mask.
 * @throws ShapeError if neither shape ends the other
 */
export function mul(a: Tensor, b: Tensor): Tensor {
  return binary('mul', a, b, {
    forward(y, a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) y[r * columns + j] = a[r * aRow + j] * b[r * bRow + j];
      }
    },
    backwardA(da, dy, _a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) da[r * aRow + j] += dy[r * columns + j] * b[r * bRow + j];
      }
    },
    backwardB(db, dy, a, _b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) db[r * bRow + j] += dy[r * columns + j] * a[r * aRow + j];
      }
    },
  });
}

/**
 * a / b, element by element; the shorter operand, whose shape ends the longer one's or has one element, is repeated.
 * @throws ShapeError if neither shape ends the other
 */
export function div(a: Tensor, b: Tensor): Tensor {
  return binary('div', a, b, {
    forward(y, a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) y[r * columns + j] = a[r * aRow + j] / b[r * bRow + j];
      }
    },
    backwardA(da, dy, _a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) da[r * aRow + j] += dy[r * columns + j] / b[r * bRow + j];
      }
    },
    backwardB(db, dy, a, b, { rows, columns, aRow, bRow }) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) {
          const divisor = b[r * bRow + j];
          db[r * bRow + j] -= (dy[r * columns + j] * a[r * aRow + j]) / (divisor * divisor);
        }
      }
    },
  });
}

// --- internal ---

/** How two operands meet: y has `rows` rows of `columns`; a row stride of 0 repeats an operand. */
interface Pairing {
  rows: number;
  columns: number;
  aRow: number;
  bRow: number;
}

interface BinaryOperation {
  forward(y: Real, a: Real, b: Real, pairing: Pairing): void;
  backwardA(da: Real, dy: Real, a: Real, b: Real, pairing: Pairing): void;
  backwardB(db: Real, dy: Real, a: Real, b: Real, pairing: Pairing): void;
}

function binary(name: string, a: Tensor, b: Tensor, operation: BinaryOperation): Tensor {
  checkTensor(name, 'a', a);
  checkTensor(name, 'b', b);
  const pairing = pair(name, a, b);
  const y = new Tensor(longer(a, b).shape, allocate(pairing.rows * pairing.columns));
  operation.forward(y.data, a.data, b.data, pairing);
  recordOperation(y, [a, b], () => {
    const dy = gradientOf(y);
    if (needsGradient(a)) operation.backwardA(gradientOf(a), dy, a.data, b.data, pairing);
    if (needsGradient(b)) operation.backwardB(gradientOf(b), dy, a.data, b.data, pairing);
  });
  return y;
}

function pair(name: string, a: Tensor, b: Tensor): Pairing {
  const long = longer(a, b);
  const short = long === a ? b : a;
  const offset = long.shape.length - short.shape.length;
  const fits = short.size === 1 || short.shape.every((length, axis) => length === long.shape[axis + offset]);
  if (!fits) {
    throw new ShapeError(
      `${name}: expected equal shapes, or one that ends the other, got ${shapeText(a.shape)} and ${shapeText(b.shape)}`,
    );
  }
  const columns = short.size;
  const rows = columns === 0 ? 0 : long.size / columns;
  if (a.size === b.size) return { rows: 1, columns, aRow: 0, bRow: 0 };
  return { rows, columns, aRow: a === long ? columns : 0, bRow: b === long ? columns : 0 };
}

/** The one that is not repeated: of two that both have one element, or neither, the one with more axes. */
function longer(a: Tensor, b: Tensor): Tensor {
  if ((a.size === 1) !== (b.size === 1)) return b.size === 1 ? a : b;
  return a.shape.length >= b.shape.length ? a : b;
}

function addRows(target: Real, targetRow: number, dy: Real, sign: 1 | -1, pairing: Pairing): void {
  const { rows, columns } = pairing;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++) target[r * targetRow + j] += sign * dy[r * columns + j];
  }
}
