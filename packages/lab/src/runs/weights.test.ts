import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lock } from '../files/lock.ts';
import { runPaths } from './run-directory.ts';
import { requireWeightsOf } from './weights.ts';

test('a run without weights is to go on, or, while it is in training, to be waited for', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-weights-'));
  fs.writeFileSync(path.join(folder, 'config.json'), '{}');
  const ask = (): void => requireWeightsOf(runPaths(folder), 'best');
  expect(ask).toThrow(`${folder} has no best weights yet; go on with it: lethe resume ${folder}`);
  const unlock = lock(folder);
  expect(ask).toThrow(
    `${folder} has no best weights yet; it is in training, and has some with its next checkpoint (training.checkpointEvery)`,
  );
  unlock();
  fs.rmSync(folder, { recursive: true });
});
