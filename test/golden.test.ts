/** The reference cases on the engine in use: LETHE_GOLDEN and LETHE_GOLDEN_TASKS, or ../shared beside the repository. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyFolder } from '../packages/lab/src/verify/verify-folder.ts';

const root = resolve(import.meta.dirname, '..');

for (const [variable, place] of [
  ['LETHE_GOLDEN', '../shared/golden'],
  ['LETHE_GOLDEN_TASKS', '../shared/golden-tasks'],
]) {
  const folder = resolve(root, process.env[variable] ?? place);
  describe.skipIf(!existsSync(folder))(`the reference cases (${folder}; set ${variable})`, () => {
    it('hold for every operation that is implemented', async () => {
      const result = await verifyFolder(folder);
      expect(result.failures).toEqual([]);
      expect(result.passed).toBeGreaterThan(0);
    });
  });
}
