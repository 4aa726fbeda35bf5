/** The answer to a name of data that stands for nothing. */
import fs from 'node:fs';
import { ConfigError } from 'lethe';
import { nearestWord } from 'lethe/internal';

/** The error for a name that is none of `known`, with the nearest one; a path is one of a file that is not there. */
export function unknownDataSet(name: string, known: readonly string[], otherwise = ''): ConfigError {
  if (/^\/|\.[a-z]\w{0,8}$/i.test(name) && !fs.existsSync(name)) {
    return new ConfigError(
      `no file or folder '${name}' is there, seen from ${process.cwd()}: expected ${known.join(', ')}${otherwise}`,
    );
  }
  const nearest = nearestWord(name, known);
  const guess = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return new ConfigError(`unknown data set '${name}': expected ${known.join(', ')}${otherwise}${guess}`);
}
