/** From a loss of every element to the loss of a sequence. */
import { gradientIfNeeded, gradientOf, recordOperation } from '../../autograd/tape.ts';
import { NumericsError, ShapeError } from '../../errors.ts';
import { checkTensor } from '../../tensor/check.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { SequenceLoss } from './losses.ts';
import { countedSteps, type StepMask } from './step-mask.ts';

/**
 * The mean of what each element costs, over the elements that count. What stands at others, even NaN, has no influence.
 * @param losses of any shape
 * @param stepMask one number for each element: 1 counts, 0 does not. @defaultValue all count
 * @throws NumericsError for an element that counts and is not finite; ShapeError, DataError for a mask that does not fit or is empty
 */
export function meanOverSteps(losses: Tensor, stepMask?: StepMask): SequenceLoss {
  checkTensor('meanOverSteps', 'losses', losses);
  if (losses.size === 0) throw new ShapeError('meanOverSteps: expected at least one element, got none');
  const { mask, count } = countedSteps('meanOverSteps', stepMask, losses.size);
  let sum = 0;
  for (let n = 0; n < losses.size; n++) {
    const weight = mask ? mask[n] : 1;
    if (weight === 0) continue;
    if (!Number.isFinite(losses.data[n])) {
      throw new NumericsError(
        `meanOverSteps: expected finite losses, got ${losses.data[n]} at element ${n}; leave out missing targets by the step mask`,
      );
    }
    sum += weight * losses.data[n];
  }
  const loss = new Tensor([], allocate(1));
  loss.data[0] = sum / count;
  recordOperation(loss, [losses], () => {
    const d = gradientIfNeeded(losses);
    const each = gradientOf(loss)[0] / count;
    for (let n = 0; d && n < losses.size; n++) d[n] += each * (mask ? mask[n] : 1);
  });
  return { loss, sum, count };
}
