/** No regularization. */
import type { Regularizer } from './noise.ts';

/** The plain network, in training and at test. */
export function none(): Regularizer {
  return { name: 'none', reference: 'no noise', noise: [], modes: { train: 'mean', test: 'mean' } };
}
