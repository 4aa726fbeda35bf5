/** One vector for a whole sequence: what a classifier reads of a recurrent layer's steps. */
import { gradientIfNeeded, gradientOf, recordOperation } from '../../autograd/tape.ts';
import { checkWhole } from '../../checks.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { kernels } from '../../kernels/engine.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkOptionNames, checkWord } from '../../options.ts';
import { addBlock, type Block, copyBlock, type Place } from '../../tensor/blocks.ts';
import { type Real, realZeros } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';
import { checkActive } from '../recurrent/inputs.ts';

/** How steps are put together: the last real one (of each direction its own), their mean, or the largest value of each unit. */
export type Pooling = 'last' | 'mean' | 'max';

/** Options of {@link poolSteps}. */
export interface PoolOptions {
  pooling: Pooling;
  /** [batch], steps of each row that count. @defaultValue all */
  lengths?: Int32Array;
  /** 2: the second half of the features runs backwards, its last step is the first. @defaultValue 1 */
  directions?: 1 | 2;
}

/**
 * Steps pooled over those that count; what stands behind them has no influence.
 *
 *   last   y[b] = x[length - 1, b], of features that run backwards x[0, b]
 *   mean   y[b] = Σ_t x[t, b] / length; of a Gaussian the variance is Σ_t Var / length², as if steps were independent
 *   max    y[b, i] = max_t x[t, b, i], not a number where one is none; the earliest of equal steps has the gradient. A Gaussian is
 *          refused, for the largest of several has no such moments
 *
 * @param x [time, batch, features]
 * @returns [1, batch, features]
 * @throws ShapeError for lengths that do not fit, or a row without a step; ConfigError for a Gaussian and max
 */
export function poolSteps(x: Tensor | Gaussian, options: PoolOptions): Tensor | Gaussian {
  const where = 'poolSteps';
  checkTensorOrGaussian(where, 'x', x);
  checkOptionNames(where, options, ['pooling', 'lengths', 'directions']);
  const { pooling, lengths, directions = 1 } = options;
  checkWord(where, 'pooling', pooling, ['last', 'mean', 'max']);
  checkWhole(where, 'directions', directions, 1, 2);
  const { shape } = meanOf(x);
  expectShape(where, 'x', shape, ['time', 'batch', 'features']);
  const [T, B, n] = shape;
  checkActive(where, { stop: lengths }, T, B);
  const ends = lengths ?? new Int32Array(B).fill(T);
  const empty = ends.indexOf(0);
  if (empty >= 0 || T === 0)
    throw new ShapeError(
      `${where}: expected at least one step in every row, got none in row ${Math.max(0, empty)}`,
    );
  if (n % directions !== 0) throw new ShapeError(`${where}: expected features of two directions, got ${n}`);
  if (!isGaussian(x)) {
    if (pooling === 'max') return largest(x, ends);
    return pooling === 'mean' ? weighted(x, ends, 1) : lastOf(x, ends, directions);
  }
  if (pooling === 'max') {
    throw new ConfigError(
      `${where}: the largest of several Gaussian values has no closed moments; use last or mean, or a method that draws its masks`,
    );
  }
  const part = (y: Tensor, power: 1 | 2) =>
    pooling === 'mean' ? weighted(y, ends, power) : lastOf(y, ends, directions);
  return { mean: part(x.mean, 1), variance: part(x.variance, 2) };
}

// --- internal ---

/** y[b, i] from some steps of row b, with the gradient the other way. */
function pooled(x: Tensor, forward: (y: Real) => void, backward: (dx: Real, dy: Real) => void): Tensor {
  const [, B, n] = x.shape;
  const y = new Tensor([1, B, n], allocate(B * n));
  forward(y.data);
  recordOperation(y, [x], () => {
    const dx = gradientIfNeeded(x);
    if (dx) backward(dx, gradientOf(y));
  });
  return y;
}

function lastOf(x: Tensor, ends: Int32Array, directions: 1 | 2): Tensor {
  const [, B, n] = x.shape;
  const width = n / directions;
  /** Of row b and direction d, one row: where it stands in all steps, and where in the last ones. */
  const each = (f: (block: Block, step: number, at: number) => void): void => {
    for (let b = 0; b < B; b++) {
      for (let d = 0; d < directions; d++) {
        const step = d === 0 ? ends[b] - 1 : 0;
        f({ rows: 1, width }, (step * B + b) * n + d * width, b * n + d * width);
      }
    }
  };
  return pooled(
    x,
    (y) => each((block, step, at) => copyBlock(block, row(y, at), row(x.data, step))),
    (dx, dy) => each((block, step, at) => addBlock(block, row(dx, step), row(dy, at))),
  );
}

/** Σ_t x / length^power. */
function weighted(x: Tensor, ends: Int32Array, power: 1 | 2): Tensor {
  const [T, B, n] = x.shape;
  const factors = realZeros(B).map((_, b) => 1 / ends[b] ** power);
  const call = { T, B, n, stop: ends, factors };
  return pooled(
    x,
    (sums) => kernels().sumSteps({ ...call, steps: x.data, sums }),
    (dx, dy) => kernels().addToSteps({ ...call, steps: dx, sums: dy }),
  );
}

/** One row, again and again. */
const row = (data: Real, start: number): Place => ({ data, start, stride: 0 });

function largest(x: Tensor, ends: Int32Array): Tensor {
  const [T, B, n] = x.shape;
  const places = new Int32Array(B * n);
  return pooled(
    x,
    (y) => {
      y.set(x.data.subarray(0, B * n));
      for (let k = 0; k < B * n; k++) places[k] = k;
      const found = { y, places, x: x.data };
      // Steps outside, so that memory is read in its order: columns of 200 steps are a line of the cache for every number.
      for (let t = 1; t < T; t++) {
        for (let b = 0; b < B; b++) if (t < ends[b]) raise(found, b * n, (t * B + b) * n, n);
      }
    },
    (dx, dy) => {
      for (let k = 0; k < places.length; k++) dx[places[k]] += dy[k];
    },
  );
}

/** The largest so far of n units from `at` on, and where they stand, after the step whose values begin at `step`. */
function raise(
  { y, places, x }: { y: Real; places: Int32Array; x: Real },
  at: number,
  step: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const value = x[step + i];
    if (!(value > y[at + i] || Number.isNaN(value))) continue;
    places[at + i] = step + i;
    y[at + i] = value;
  }
}
