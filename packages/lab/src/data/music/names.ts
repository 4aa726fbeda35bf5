/** Names of data sets. */
import { ConfigError } from 'lethe';
import { nearestWord } from 'lethe/internal';
import { catalogue } from './catalogue.ts';

/** The embedded corpus. */
export const embeddedName = 'folk';

/** Every name that `loadMusic` knows; anything else is a folder of MIDI files. */
export const musicNames: readonly string[] = [...catalogue.map((entry) => entry.name), embeddedName];

/** The error for a name that is none of `known`, with the nearest one. */
export function unknownDataSet(name: string, known: readonly string[], otherwise = ''): ConfigError {
  const nearest = nearestWord(name, known);
  const guess = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return new ConfigError(`unknown data set '${name}': expected ${known.join(', ')}${otherwise}${guess}`);
}
