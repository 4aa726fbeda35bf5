/** Adaptive weight noise: every weight is a Gaussian that is learned. */
import { checkNumber, checkOptionNames } from '../options.ts';
import type { MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const weightNoiseKeys = {
  deviation: {
    kind: 'number',
    about: 'of every weight at the beginning',
    default: 0.075,
    search: { from: 0.01, to: 0.3 },
  },
  weight: {
    kind: 'number',
    about: 'of the description length in the loss',
    default: 1,
    search: { from: 0.01, to: 1 },
  },
  form: {
    kind: 'word',
    about: 'draws the weights once for a sequence and the batch, or integrates them',
    words: ['sample', 'closed'],
    default: 'sample',
  },
} as const satisfies MethodKeys;

/** Options of {@link weightNoise}. */
export interface WeightNoiseOptions {
  /** of every weight at the beginning. @defaultValue 0.075 */
  deviation?: number;
  /** of the description length in the loss. @defaultValue 1 */
  weight?: number;
  /**
   * `sample` draws the weights once for a sequence and the batch; `closed` integrates them.
   * @defaultValue 'sample'
   */
  form?: 'sample' | 'closed';
}

/**
 * Graves 2011, "Practical variational inference for neural networks": weights w ~ N(mu, sigma²), both
 * learned; loss = E[l] + KL(N(mu, sigma²) || N at its optimum) / size of the training set. The closed form
 * is that of Bayer et al. 2013, equations 5 and 6. At test the mean weights (`sample`), or the moments
 * (`closed`).
 * @throws ConfigError for an unknown option or form, or a number out of range
 */
export function weightNoise(options: WeightNoiseOptions = {}): Regularizer {
  checkOptionNames('weight-noise', options, Object.keys(weightNoiseKeys));
  const { deviation = 0.075, weight = 1, form = 'sample' } = options;
  checkNumber('weight-noise', 'deviation', deviation, { above: 0 });
  checkNumber('weight-noise', 'weight', weight, { from: 0 });
  oneOf('weight-noise', 'form', form, weightNoiseKeys.form.words);
  return {
    name: methodName('weight-noise', options),
    reference: 'Graves 2011, Practical variational inference for neural networks',
    noise: [],
    modes: form === 'sample' ? { train: 'sample', test: 'mean' } : { train: 'moments', test: 'moments' },
    weightNoise: { deviation, weight },
  };
}
