/**
 * Losses that are a function of single numbers, from formula and derivatives: what the heads of distributions share. They cost some
 * nanoseconds a number, in float64, next to a network that costs microseconds for each.
 */
import { gradientIfNeeded, gradientOf, recordOperation } from '../../autograd/tape.ts';
import { DataError } from '../../errors.ts';
import { checkTensor } from '../../tensor/check.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';

/** The value at `inputs` and its derivative by each of them, written to `slopes`. */
export type Pointwise = (inputs: Float64Array, target: number, slopes: Float64Array) => number;

/**
 * f of every element, of the targets' shape. An element of which the loss has no gradient gives none to the inputs, whatever it holds
 * (padding, missing values).
 * @param parameters of a distribution, each of the targets' shape, by the names that errors use
 * @param valid whether a target can be; NaN, a missing one, gives NaN
 * @throws ConfigError, ShapeError; DataError for a target that cannot be
 */
export function pointwise(
  where: string,
  parameters: Readonly<Record<string, Tensor>>,
  targets: Tensor,
  f: Pointwise,
  valid: { (y: number): boolean; wanted: string } = everyNumber,
): Tensor {
  checkTensor(where, 'targets', targets);
  const inputs = Object.values(parameters);
  for (const [name, input] of Object.entries(parameters)) {
    checkTensor(where, name, input);
    expectShape(where, name, input.shape, targets.shape);
  }
  const N = targets.size;
  for (let n = 0; n < N; n++) {
    const y = targets.data[n];
    if (Number.isNaN(y) || valid(y)) continue;
    throw new DataError(`${where}: expected targets to be ${valid.wanted}, got ${y} at element ${n}`);
  }
  const at = new Float64Array(inputs.length);
  const slopes = new Float64Array(inputs.length);
  const value = (n: number) => {
    for (let i = 0; i < at.length; i++) at[i] = inputs[i].data[n];
    return f(at, targets.data[n], slopes);
  };
  const loss = new Tensor(targets.shape, allocate(N));
  for (let n = 0; n < N; n++) loss.data[n] = value(n);
  recordOperation(loss, inputs, () => {
    const dLoss = gradientOf(loss);
    const wanted = inputs.map(gradientIfNeeded);
    for (let n = 0; n < N; n++) {
      if (dLoss[n] === 0) continue;
      value(n);
      for (let i = 0; i < at.length; i++) {
        const d = wanted[i];
        if (d) d[n] += dLoss[n] * slopes[i];
      }
    }
  });
  return loss;
}

// --- internal ---

const everyNumber = Object.assign((y: number) => Number.isFinite(y), { wanted: 'finite numbers' });
