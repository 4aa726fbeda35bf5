/**
 * The gradient check: along random directions, the slope that the tape gives against central differences.
 * In float64 (LETHE_DTYPE=f64, portable engine) they agree to 1e-6 or better; in float32 expect 1e-2.
 */

import { checkFunction, checkWhole } from '../checks.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { NoiseStream } from '../random/stream.ts';
import { checkTensors } from '../tensor/check.ts';
import type { Real } from '../tensor/dtype.ts';
import { dtype } from '../tensor/dtype.ts';
import { scoped } from '../tensor/scratch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gradients } from './tape.ts';

/** Options of {@link checkGradients}. */
export interface GradientCheckOptions {
  /** Random directions for each parameter. @defaultValue 4 */
  directions?: number;
  /** Step of the central difference. @defaultValue 1e-4 in float64, 1e-2 in float32 */
  epsilon?: number;
  /** @defaultValue 0 */
  seed?: number;
}

/** One comparison. */
export interface GradientComparison {
  /** place in `parameters` */
  parameter: number;
  tape: number;
  difference: number;
  /** |tape - difference| / max(|tape|, |difference|, floor), floor = 1e-6 of the largest slope seen */
  relativeError: number;
}

/**
 * Compares the gradient of `loss` with central differences.
 * @param parameters are moved while it runs, and put back
 * @param loss must be a pure function of the parameters: replay noise from one stream
 * @returns the worst relative error and every comparison
 * @throws ShapeError if the loss has more than one element; ConfigError for an unknown option or one out of range
 */
export function checkGradients(
  parameters: readonly Tensor[],
  loss: () => Tensor,
  options: GradientCheckOptions = {},
): { worst: number; comparisons: GradientComparison[] } {
  checkTensors('checkGradients', 'parameters', parameters);
  checkFunction('checkGradients', 'loss', loss);
  checkOptionNames('checkGradients', options, ['directions', 'epsilon', 'seed']);
  const { directions = 4, epsilon = dtype === 'f64' ? 1e-4 : 1e-2, seed = 0 } = options;
  checkWhole('checkGradients', 'directions', directions, 1, 1000);
  checkNumber('checkGradients', 'epsilon', epsilon, { above: 0 });
  checkWhole('checkGradients', 'seed', seed);
  return scoped(() => {
    const slopes = gradients(parameters, loss).gradients;
    const pairs = parameters.flatMap((parameter, place) =>
      Array.from({ length: directions }, (_, k) =>
        scoped(() => {
          const direction = new NoiseStream(seed, k).normals(
            { site: 'search', layer: place },
            parameter.size,
          );
          const tape = dot(slopes[place].data, direction);
          const difference = slope(parameter, direction, epsilon, loss);
          return { parameter: place, tape, difference };
        }),
      ),
    );
    const largest = pairs.reduce(
      (most, { difference }) => Math.max(most, Math.abs(difference)),
      Number.EPSILON,
    );
    const floor = 1e-6 * largest;
    const comparisons = pairs.map((pair) => {
      const size = Math.max(Math.abs(pair.tape), Math.abs(pair.difference), floor);
      return { ...pair, relativeError: Math.abs(pair.tape - pair.difference) / size };
    });
    const worst = comparisons.reduce((most, one) => Math.max(most, one.relativeError), 0);
    return { worst, comparisons };
  });
}

// --- internal ---

function slope(parameter: Tensor, direction: Real, epsilon: number, loss: () => Tensor): number {
  const data = parameter.data;
  const before = data.slice();
  const at = (step: number): number => {
    for (let i = 0; i < data.length; i++) data[i] = before[i] + step * direction[i];
    return scoped(() => loss().item());
  };
  try {
    // Four points, whose error goes with the fourth power of epsilon: that allows a larger one, which rounding spoils less.
    const near = at(epsilon) - at(-epsilon);
    const far = at(2 * epsilon) - at(-2 * epsilon);
    return (8 * near - far) / (12 * epsilon);
  } finally {
    data.set(before);
  }
}

function dot(a: Real, b: Real): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}
