/** AdamW (Loshchilov and Hutter, 2019): Adam whose weight decay does not pass through the moments. */
import type { ParameterSet } from '../tensor/parameters.ts';
import { type AdamOptions, adamRule } from './adam.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * Adam with decoupled weight decay: first `w -= stepRate weightDecay w`, then the update of `adam` on the
 * plain gradient.
 * @param parameters changed in place by `update`
 * @param options as of `adam`, with `weightDecay` 0.01 by default
 * @throws ConfigError for an unknown option or one out of range
 */
export function adamw<P extends ParameterSet<P>>(parameters: P, options: AdamOptions = {}): Optimizer {
  return adamRule('adamw', parameters, options, { weightDecay: 0.01, decoupled: true });
}
