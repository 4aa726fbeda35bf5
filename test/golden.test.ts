/** The reference cases on the engine in use: LETHE_GOLDEN, or ../shared/golden beside the repository. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyFolder } from '../packages/lab/src/verify/verify-folder.ts';

const root = resolve(import.meta.dirname, '..');
const folder = resolve(root, process.env.LETHE_GOLDEN ?? '../shared/golden');

describe.skipIf(!existsSync(folder))(`the reference cases (${folder}; set LETHE_GOLDEN)`, () => {
  it('hold for every operation that is implemented', async () => {
    const result = await verifyFolder(folder);
    expect(result.failures).toEqual([]);
    expect(result.passed).toBeGreaterThan(0);
  });
});
