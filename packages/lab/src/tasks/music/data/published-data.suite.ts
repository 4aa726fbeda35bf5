/** Where the tests find the published data sets: `$LETHE_DATA`, else `../shared/data` beside the repository. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

// Absolute, because some tests look from another directory.
const directory = path.resolve(
  process.env.LETHE_DATA ?? fileURLToPath(new URL('../../../../../../../shared/data', import.meta.url)),
);

/** The directory of the published sets; the test is skipped, and says so, where there is none. */
export function publishedData(context: TestContext): string {
  if (!existsSync(`${directory}/polyphonic`)) {
    context.skip(`no data sets at ${directory}; set LETHE_DATA to test on the published data`);
  }
  return directory;
}
