/** Where the data are that come with Lethe: tunes and small tables. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from 'lethe';
import { packageRoot } from '../common/package-root.ts';

/**
 * The folder of the embedded corpus: `corpus/` of the published package, else of the repository.
 * @throws DataError if neither is there
 */
export function corpusDirectory(): string {
  const places = ['corpus/', '../../corpus/'].map((place) => join(packageRoot, place));
  const found = places.find((place) => existsSync(join(place, 'greensleeves.abc')));
  if (found === undefined) {
    throw new DataError(
      `expected the embedded corpus in ${places.join(' or ')}, found neither; install the package again`,
    );
  }
  return found;
}
