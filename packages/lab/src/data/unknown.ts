/** The answer to a name of data that stands for nothing. */
import { ConfigError } from 'lethe';
import { nearestWord } from 'lethe/internal';

/** The error for a name that is none of `known`, with the nearest one. */
export function unknownDataSet(name: string, known: readonly string[], otherwise = ''): ConfigError {
  const nearest = nearestWord(name, known);
  const guess = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return new ConfigError(`unknown data set '${name}': expected ${known.join(', ')}${otherwise}${guess}`);
}
