/** The noise in front of a readout that has no mode of its own: what stands between the last recurrent layer and a table of classes. */

import { scale } from '../../autograd/ops/elementwise.ts';
import { applyMask } from '../../autograd/ops/mask.ts';
import { drawMask, meanMask, noiseMoments } from '../../dropout/masks.ts';
import { checkPlan, type Plan } from '../../dropout/plan.ts';
import { ShapeError } from '../../errors.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { checkOptionalStream } from '../../random/stream.ts';
import { shapeText, type Tensor } from '../../tensor/tensor.ts';

/**
 * x ∘ m, as a softmax reads it. With a stream the masks of the site `input` are drawn, without one m is their mean; of a Gaussian, where
 * noise is integrated, it is the mean of what the noise leaves, because the softmax has no closed form.
 * @param x [time, batch, features]
 * @param plan of a `linear` cell with the noise of the readout: `splitReadout` of lethe/dropout
 * @param noise a stream to draw from; absent: the test-time network
 * @throws ShapeError; ConfigError for what is no plan
 */
export function readoutInput(x: Tensor | Gaussian, plan: Plan, noise?: NoiseStream): Tensor {
  checkTensorOrGaussian('readoutInput', 'x', x);
  checkPlan('readoutInput', plan);
  checkOptionalStream('readoutInput', noise);
  if (isGaussian(x)) {
    const { mean } = noiseMoments(plan, 'input', true, noise?.progress);
    return mean === 1 ? x.mean : scale(x.mean, mean);
  }
  if (x.shape.length !== 3) {
    throw new ShapeError(
      `readoutInput: expected x of shape [time, batch, features], got ${shapeText(x.shape)}`,
    );
  }
  return maskedInput(x, plan, noise);
}

/** x ∘ m at the site `input`, for x of [time, batch, features] or [rows, features] as one step. */
export function maskedInput(x: Tensor, plan: Plan, noise: NoiseStream | undefined): Tensor {
  const [steps, batch, width] = x.shape.length === 3 ? x.shape : [1, ...x.shape];
  const mask = noise
    ? drawMask(plan, 'input', noise, { steps, batch, width })
    : meanMask(plan, 'input', width);
  return mask ? applyMask(x, mask) : x;
}
