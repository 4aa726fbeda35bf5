/** Shapes at the door of a recurrent layer. */

import { isObject } from '../../checks.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import { expectShape, type Tensor } from '../../tensor/tensor.ts';
import type { Cell, RecurrentState } from '../cells/cell.ts';
import type { ForwardOptions, RecurrentOptions } from './recurrent.ts';

/**
 * Checks x, the state and the active steps.
 * @throws ShapeError, or ConfigError for a state that is not this cell's
 */
export function checkInputs(
  {
    options,
    cell,
    where: { layer: where, state: whereState },
  }: { options: RecurrentOptions; cell: Cell; where: { layer: string; state: string } },
  x: Tensor | Gaussian,
  state: RecurrentState | undefined,
  run: ForwardOptions,
): void {
  checkTensorOrGaussian(where, 'x', x);
  const { shape } = meanOf(x);
  expectShape(where, 'x', shape, ['time', 'batch', options.inputSize]);
  if (isGaussian(x)) expectShape(where, 'the variance of x', x.variance.shape, shape);
  const [T, B] = shape;
  if (T === 0 || B === 0) {
    throw new ShapeError(
      `${where}: expected at least one step and one row, got x of shape [${shape.join(', ')}]`,
    );
  }
  checkActive(where, run, T, B);
  if (state === undefined) return;
  if (!isObject(state) || !('hidden' in state)) {
    throw new ConfigError(
      `${where}: expected a state as forward gives it, { hidden${cell.hasCellState ? ', cell' : ''} }, got ${found(state)}; leave it out to begin anew`,
    );
  }
  checkOptionNames(whereState, state, stateNames);
  if (Boolean(state.cell) !== cell.hasCellState) {
    throw new ConfigError(
      `${where}: expected a state ${cell.hasCellState ? 'with hidden and cell' : 'with hidden alone'}, got ${Object.keys(state).join(' and ')}`,
    );
  }
  for (const [name, value] of Object.entries(state) as [string, Tensor | Gaussian | undefined][]) {
    if (value === undefined) continue;
    checkTensorOrGaussian(where, `the ${name} state`, value);
    expectShape(where, `the ${name} state`, meanOf(value).shape, [B, options.hiddenSize]);
    if (isGaussian(value)) {
      expectShape(where, `the variance of the ${name} state`, value.variance.shape, [B, options.hiddenSize]);
    }
  }
}

const stateNames = ['hidden', 'cell'];

/** Throws ShapeError unless `start` and `stop`, where given, name a step for each row. */
export function checkActive(
  where: string,
  run: Pick<ForwardOptions, 'start' | 'stop'>,
  T: number,
  B: number,
): void {
  for (const name of ['start', 'stop'] as const) {
    const steps = run[name];
    if (steps === undefined) continue;
    if (!(steps instanceof Int32Array) || steps.length !== B || steps.some((t) => t < 0 || t > T)) {
      throw new ShapeError(
        `${where}: expected ${name} as an Int32Array of ${B} steps from 0 to ${T}, got ${steps instanceof Int32Array ? `[${steps.subarray(0, 16).join(', ')}${steps.length > 16 ? ', …' : ''}]` : found(steps)}`,
      );
    }
  }
}
