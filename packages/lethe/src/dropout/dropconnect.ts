/** DropConnect: weights are dropped, not units. */
import { ConfigError } from '../errors.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { type MethodKeys, rateKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const dropconnectKeys = {
  weight: rateKey('on the recurrent weights'),
  weightIn: rateKey('on the weights of the input'),
  examples: {
    kind: 'word',
    about: 'a mask of weights for every example, or one for the batch',
    words: ['each', 'batch'],
    default: 'each',
  },
  inference: {
    kind: 'word',
    about: 'at test draws of the pre-activations or the mean network; mean with masks of the batch',
    words: ['gaussian', 'mean'],
  },
  samples: { kind: 'number', about: 'draws that gaussian inference averages, 30 unless given' },
} as const satisfies MethodKeys;

/** Options of {@link dropconnect}. Rates are probabilities of dropping: where none is given weight .5, the paper's; else 0. */
export interface DropconnectOptions {
  /** on the recurrent weights */
  weight?: number;
  /** on the weights of the input */
  weightIn?: number;
  /** a mask of weights for every example, or one for the batch. @defaultValue 'each', the paper's */
  examples?: 'each' | 'batch';
  /**
   * At test: `gaussian` averages draws of the pre-activations, `mean` runs the mean network.
   * @defaultValue 'gaussian' with a mask for each example, the paper's; 'mean' with one for the batch
   */
  inference?: 'gaussian' | 'mean';
  /** how many draws are averaged at test with gaussian inference. @defaultValue 30 */
  samples?: number;
}

/**
 * Wan, Zeiler, Zhang, LeCun, Fergus 2013, "Regularization of neural networks using DropConnect": r = a((M ∘
 * W) v), M drawn once for a sequence and not scaled. At test the pre-activations are drawn from N(q W v, q
 * (1 - q) (W ∘ W)(v ∘ v)), q = 1 - rate, and the outputs are averaged; or the weights are multiplied by q.
 * (Masks scaled by 1 / q in training give the same networks with weights q times as large.)
 * @throws ConfigError for an unknown option, a rate outside [0, 1), or gaussian inference with masks of the batch
 */
export function dropconnect(options: DropconnectOptions = {}): Regularizer {
  checkOptionNames('dropconnect', options, Object.keys(dropconnectKeys));
  const chosen = withDefaultRates(options, ['weight', 'weightIn'], { weight: 0.5 });
  const { weight, weightIn, examples = 'each', samples } = chosen;
  const { inference = examples === 'each' ? 'gaussian' : 'mean' } = chosen;
  oneOf('dropconnect', 'examples', examples, dropconnectKeys.examples.words);
  oneOf('dropconnect', 'inference', inference, dropconnectKeys.inference.words);
  if (inference === 'gaussian' && examples === 'batch') {
    throw new ConfigError(
      "dropconnect: expected inference mean with masks of the batch, got gaussian, which takes the examples as independent; set examples 'each'",
    );
  }
  if (samples !== undefined) checkSamples(samples, inference);
  return {
    name: methodName('dropconnect', chosen),
    reference: 'Wan, Zeiler, Zhang, LeCun, Fergus 2013, Regularization of neural networks using DropConnect',
    noise: entriesAt(
      'dropconnect',
      { weight, weightIn },
      { interval: 'sequence', examples, scaling: 'paper' },
    ),
    modes:
      inference === 'mean'
        ? { train: 'sample', test: 'mean' }
        : { train: 'sample', test: 'gaussian', samples: samples ?? 30 },
  };
}

// --- internal ---

function checkSamples(samples: number, inference: 'gaussian' | 'mean'): void {
  checkNumber('dropconnect', 'samples', samples, { from: 1 });
  if (!Number.isInteger(samples) || inference === 'mean') {
    throw new ConfigError(
      `dropconnect: expected samples as a whole number, with gaussian inference, got ${samples} with ${inference}`,
    );
  }
}
