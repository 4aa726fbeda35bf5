/** The log deviations of Gaussian weights: parameters that are no weights, so that what pulls weights to 0 leaves them alone. */
import { realZeros } from '../../tensor/dtype.ts';
import { sizeOf, Tensor } from '../../tensor/tensor.ts';

/** Those of weights that all begin with one deviation. */
export function logDeviationsOf(shape: readonly number[], deviation: number): Tensor {
  const tensor = new Tensor(shape, realZeros(sizeOf(shape)).fill(Math.log(deviation)));
  made.add(tensor);
  return tensor;
}

/** The parameters that weight decay acts on: a log deviation that shrinks to 0 is a deviation that grows to 1. */
export function decayed(parameters: readonly Tensor[]): Tensor[] {
  return parameters.filter((parameter) => !made.has(parameter));
}

// --- internal ---

const made = new WeakSet<Tensor>();
