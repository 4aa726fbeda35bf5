/** A run with a NADE that was killed hard goes on to the bits of one that was not. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { packageRoot } from '../../../common/package-root.ts';
import { readMetrics } from '../../../runs/metrics.ts';
import { runPaths } from '../../../runs/run-directory.ts';
import { resolveConfig } from '../../../training/resolve.ts';
import { resume, train } from '../../../training/train.ts';

let parent: string;
beforeAll(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-nade-killed-'));
});
afterAll(() => fs.rmSync(parent, { recursive: true }));

/** Everything of a NADE that draws: masks of its hidden units, its orders, the noise on the state. */
const settings = {
  'model.hidden': 8,
  'model.maxIncoming': null,
  'model.readout': 'nade:hidden=12,orders=3,dropout=.3',
  'training.firstFrame': true,
  'training.epochs': 12,
  'training.checkpointEvery': 0,
  'training.patience': null,
};

test.each(['none', 'variational:recurrent=.2,output=.3', 'fast:input=.1,recurrent=.3,output=.5'])(
  'with %s',
  async (dropout) => {
    const chosen = { ...settings, 'model.dropout': dropout };
    const config = resolveConfig('music/folk', { settings: chosen });
    const folder = fs.mkdtempSync(path.join(parent, 'run-'));
    const [whole, killed] = [path.join(folder, 'whole'), path.join(folder, 'killed')];
    await train(config, { out: whole });

    const sets = Object.entries(chosen).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const command = [path.join(packageRoot, 'bin/lethe.js'), 'train', 'music/folk', '--out', killed, ...sets];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
    const epochs = (): number =>
      readMetrics(runPaths(killed).metrics).filter(({ event }) => event === 'epoch').length;
    await vi.waitFor(() => expect(epochs()).toBeGreaterThan(1), { timeout: 100_000, interval: 5 });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(epochs()).toBeLessThan(12);

    expect(await resume(killed, {})).toMatchObject({ event: 'done', epochs: 12 });
    for (const file of ['last', 'best'] as const) {
      const [one, other] = [whole, killed].map((run) => fs.readFileSync(runPaths(run)[file]));
      expect(one.equals(other), file).toBe(true);
    }
  },
  200_000,
);
