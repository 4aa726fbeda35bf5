/** The activation that a reference case names. */

import type { Activation } from 'lethe';
import { DataError } from 'lethe';
import type { GoldenCase } from './case-file.ts';

const ACTIVATIONS: readonly Activation[] = ['tanh', 'sigmoid', 'relu', 'identity'];

/** config.activation, tanh where it is left out; DataError for any other word. */
export function activation(golden: GoldenCase): Activation {
  const word = golden.config.activation ?? 'tanh';
  const found = ACTIVATIONS.find((name) => name === word);
  if (!found) {
    throw new DataError(
      `config "activation" should be one of ${ACTIVATIONS.join(', ')}, found ${JSON.stringify(word)}`,
    );
  }
  return found;
}
