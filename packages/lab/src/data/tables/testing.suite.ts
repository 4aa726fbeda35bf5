/** What tests of tables share: files in a folder of their own, and the published ones. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

export { type Scratch, useScratch } from '../scratch.suite.ts';

// Absolute, because some tests look from another directory.
const directory = path.resolve(
  process.env.LETHE_DATA ?? fileURLToPath(new URL('../../../../../../shared/data', import.meta.url)),
);

/** A published file or folder; the test is skipped, and says so, where it is not there. */
export function publishedTable(context: TestContext, name: string): string {
  const place = path.join(directory, name);
  if (!existsSync(place))
    context.skip(`no ${name} at ${directory}; set LETHE_DATA to test on the published data`);
  return place;
}
