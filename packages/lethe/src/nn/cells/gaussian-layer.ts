/** A layer of means and variances whose state is its output, as one operation on the tape: what plain and deep cells share of it. */
import { gradientsOf, ifNeeded, recordOperation } from '../../autograd/tape.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { CellWeights, GaussianOutput } from './cell.ts';
import { gaussianGradient, lastStep, type parts } from './gaussian-parts.ts';

/** What a layer is a function of. */
interface Inputs {
  input: ReturnType<typeof parts>;
  initial: ReturnType<typeof parts>;
  weights: CellWeights;
}

/** Gradients of the outputs, and where those of the inputs are added; absent: nobody asks. */
function gradients(output: Gaussian, hidden: Gaussian, { input, initial, weights }: Inputs) {
  const [dwIn, dwRec, dbias, dh0, dh0Variance, dx, dxVariance] = gradientsOf([
    weights.weightIn,
    weights.weightRec,
    weights.bias,
    ifNeeded(initial.mean),
    ifNeeded(initial.variance),
    ifNeeded(input.mean),
    ifNeeded(input.variance),
  ]);
  return {
    ...gaussianGradient(output, hidden),
    ...{ dwIn, dwRec, dbias, dh0, dh0Variance, dx, dxVariance },
  };
}

/** Records the layer with its backward pass, and returns what it gives. */
export function recordGaussianLayer(
  output: Gaussian,
  from: Inputs,
  backward: (wanted: ReturnType<typeof gradients>) => void,
): GaussianOutput {
  const hidden = lastStep(output);
  const { input, initial, weights } = from;
  const inputs: (Tensor | undefined)[] = [
    ...[input.mean, input.variance, initial.mean, initial.variance],
    ...[weights.weightIn, weights.weightRec, weights.bias],
  ];
  recordOperation(
    [output.mean, output.variance, hidden.mean, hidden.variance],
    inputs.filter((one) => one !== undefined),
    () => backward(gradients(output, hidden, from)),
  );
  return { output, states: output, state: { hidden } };
}
