/** Functions of one tensor, element by element. Each states its derivative next to itself; `y` is the output. */

import { checkNumber } from '../../options.ts';
import { checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { gradientOf, recordOperation } from '../tape.ts';

/** -x. */
export function neg(x: Tensor): Tensor {
  checkTensor('neg', 'x', x);
  return scale(x, -1);
}

/** factor * x. */
export function scale(x: Tensor, factor: number): Tensor {
  checkNumber('scale', 'factor', factor);
  return unary(
    'scale',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = factor * x[i];
    },
    (dx, dy) => {
      for (let i = 0; i < dx.length; i++) dx[i] += factor * dy[i];
    },
  );
}

/** x + term. */
export function addScalar(x: Tensor, term: number): Tensor {
  checkNumber('addScalar', 'term', term);
  return unary(
    'addScalar',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = x[i] + term;
    },
    (dx, dy) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i];
    },
  );
}

/** Hyperbolic tangent; derivative 1 - y². */
export function tanh(x: Tensor): Tensor {
  return unary(
    'tanh',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i]);
    },
    (dx, dy, _x, y) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * (1 - y[i] * y[i]);
    },
  );
}

/** 1 / (1 + e^-x); derivative y (1 - y). */
export function sigmoid(x: Tensor): Tensor {
  return unary(
    'sigmoid',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
    },
    (dx, dy, _x, y) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * y[i] * (1 - y[i]);
    },
  );
}

/** max(0, x); derivative 0 at 0. */
export function relu(x: Tensor): Tensor {
  return unary(
    'relu',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i], 0);
    },
    (dx, dy, x) => {
      for (let i = 0; i < dx.length; i++) if (x[i] > 0) dx[i] += dy[i];
    },
  );
}

/** e^x; derivative y. */
export function exp(x: Tensor): Tensor {
  return unary(
    'exp',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i]);
    },
    (dx, dy, _x, y) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * y[i];
    },
  );
}

/** Natural logarithm; derivative 1 / x. */
export function log(x: Tensor): Tensor {
  return unary(
    'log',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i]);
    },
    (dx, dy, x) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i] / x[i];
    },
  );
}

/** Square root; derivative 1 / (2 y). */
export function sqrt(x: Tensor): Tensor {
  return unary(
    'sqrt',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i]);
    },
    (dx, dy, _x, y) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i] / (2 * y[i]);
    },
  );
}

/** x²; derivative 2 x. */
export function square(x: Tensor): Tensor {
  return unary(
    'square',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = x[i] * x[i];
    },
    (dx, dy, x) => {
      for (let i = 0; i < dx.length; i++) dx[i] += 2 * dy[i] * x[i];
    },
  );
}

/** log(1 + e^x), without overflow; derivative sigmoid(x). */
export function softplus(x: Tensor): Tensor {
  return unary(
    'softplus',
    x,
    (y, x) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
    },
    (dx, dy, x) => {
      for (let i = 0; i < dx.length; i++) dx[i] += dy[i] / (1 + Math.exp(-x[i]));
    },
  );
}

// --- internal ---

function unary(
  name: string,
  x: Tensor,
  forward: (y: Real, x: Real) => void,
  backward: (dx: Real, dy: Real, x: Real, y: Real) => void,
): Tensor {
  checkTensor(name, 'x', x);
  const y = new Tensor(x.shape, allocate(x.size));
  forward(y.data, x.data);
  recordOperation(y, [x], () => backward(gradientOf(x), gradientOf(y), x.data, y.data));
  return y;
}
