/** Quantiles as a head: the pinball loss. */
import { gradientIfNeeded, gradientOf, recordOperation } from '../../autograd/tape.ts';
import { ConfigError, DataError } from '../../errors.ts';
import { checkNumbers } from '../../options.ts';
import { checkTensor } from '../../tensor/check.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';

/**
 * Sum over Q quantiles of max(q (y - f), (q - 1)(y - f)) (Koenker and Bassett 1978), whose minimum each quantile is.
 * @param forecast [.., Q]
 * @param targets [..]; a missing one (NaN) gives NaN, and no gradient where its loss is not used
 * @param quantiles Q numbers between 0 and 1
 * @returns of the shape of the targets; {@link meanOverSteps} makes a loss of it
 * @throws ConfigError for a quantile outside (0, 1); ShapeError; DataError for an infinite target
 */
export function pinballLoss(forecast: Tensor, targets: Tensor, quantiles: readonly number[]): Tensor {
  checkTensor('pinballLoss', 'forecast', forecast);
  checkTensor('pinballLoss', 'targets', targets);
  checkNumbers('pinballLoss', 'quantiles', quantiles);
  for (const q of quantiles) {
    if (q > 0 && q < 1) continue;
    throw new ConfigError(`pinballLoss: expected quantiles between 0 and 1, got ${q}`);
  }
  const Q = quantiles.length;
  expectShape('pinballLoss', 'forecast', forecast.shape, [...targets.shape, Q]);
  const loss = new Tensor(targets.shape, allocate(targets.size));
  for (let n = 0; n < targets.size; n++) {
    const y = targets.data[n];
    if (Math.abs(y) === Infinity) {
      throw new DataError(`pinballLoss: expected targets to be finite numbers, got ${y} at element ${n}`);
    }
    let sum = 0;
    for (let k = 0; k < Q; k++) {
      const error = y - forecast.data[n * Q + k];
      sum += Math.max(quantiles[k] * error, (quantiles[k] - 1) * error);
    }
    loss.data[n] = sum;
  }
  recordOperation(loss, [forecast], () => {
    const dLoss = gradientOf(loss);
    const dForecast = gradientIfNeeded(forecast);
    if (!dForecast) return;
    for (let n = 0; n < targets.size; n++) {
      if (dLoss[n] === 0) continue;
      for (let k = 0; k < Q; k++) {
        const above = targets.data[n] >= forecast.data[n * Q + k];
        dForecast[n * Q + k] -= dLoss[n] * (above ? quantiles[k] : quantiles[k] - 1);
      }
    }
  });
  return loss;
}
