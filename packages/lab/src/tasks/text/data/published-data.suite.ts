/** Where the tests find the published texts: `$LETHE_DATA`, else `../shared/data` beside the repository. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

// Absolute, because some tests look from another directory.
const directory = path.resolve(
  process.env.LETHE_DATA ?? fileURLToPath(new URL('../../../../../../../shared/data', import.meta.url)),
);

/** The directory of the published texts; the test is skipped, and says so, where that folder is not in it. */
export function publishedTexts(context: TestContext, folder: 'ptb' | 'wikitext-2'): string {
  if (!existsSync(`${directory}/${folder}`)) {
    context.skip(`no ${folder} at ${directory}; set LETHE_DATA to test on the published texts`);
  }
  return directory;
}
