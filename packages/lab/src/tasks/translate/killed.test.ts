/** A run that translates, killed hard in the midst of a step, goes on to the bits of one that was not, with one thread and with two. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { packageRoot } from '../../common/package-root.ts';
import { readMetrics } from '../../runs/metrics.ts';
import { runPaths } from '../../runs/run-directory.ts';
import { resolveConfig } from '../../training/resolve.ts';
import { resume, train } from '../../training/train.ts';
import { useFolder } from './testing.suite.ts';

const files = useFolder();
const epochs = 8;

/** All that draws or is carried: masks held over a sentence and others, zoneout, merges left out, an average of the weights. */
const settings = {
  'model.hidden': 24,
  'model.embedding': 16,
  'model.dropout': 'variational:input=.2,recurrent=.2,output=.3,embedding=.1,context=.3+zoneout:hidden=.1',
  'tokens.merges': 60,
  'tokens.dropout': 0.1,
  'average.kind': 'exponential',
  'training.batch': 16,
  'training.labelSmoothing': 0.1,
  'training.epochs': epochs,
  // after every step
  'training.checkpointEvery': 0,
  'training.patience': null,
  'evaluation.beam': 2,
};

let whole: string | undefined;

test.each([1, 2])(
  'with %i threads',
  async (threads) => {
    const corpus = files.pairs();
    const config = resolveConfig(`translate/${corpus}`, { settings: { ...settings, threads } });
    if (whole === undefined) {
      whole = files.at('whole');
      await train(config, { out: whole });
    }
    const killed = files.at(`killed-${threads}`);
    const sets = Object.entries({ ...settings, threads }).flatMap(([key, value]) => [
      '--set',
      `${key}=${value}`,
    ]);
    const command = [
      path.join(packageRoot, 'bin/lethe.js'),
      'train',
      `translate/${corpus}`,
      '--out',
      killed,
      ...sets,
    ];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
    const done = (): number =>
      readMetrics(runPaths(killed).metrics).filter(({ event }) => event === 'epoch').length;
    await vi.waitFor(() => expect(done()).toBeGreaterThan(1), { timeout: 100_000, interval: 5 });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(done()).toBeLessThan(epochs);

    expect(await resume(killed, {})).toMatchObject({ event: 'done', epochs });
    for (const file of ['last', 'best'] as const) {
      const [one, other] = [whole, killed].map((run) => fs.readFileSync(runPaths(run)[file]));
      expect(one.equals(other), file).toBe(true);
    }
  },
  200_000,
);
