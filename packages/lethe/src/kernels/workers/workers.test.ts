/** The native engine in several JavaScript threads of one process: the bits of each alone, and nothing left of those that ended. */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { isLeftToItsOwnRun } from '../conformance/support.suite.ts';
import { loadNative, nativeProblem } from '../native.ts';
import { addonFile, isLinux, loadAddon, runScript } from './processes.suite.ts';
import type { TrainingOrder } from './train.suite.ts';

const require = createRequire(import.meta.url);
const native = isLeftToItsOwnRun('native') ? null : loadNative();
const why = nativeProblem() ?? (native ? 'at hand' : 'LETHE_ENGINE asks for another engine');

describe.skipIf(!native)(`native kernels in workers (${why})`, () => {
  it('train at once with different threads and precision to the bits of each alone', {
    timeout: 180_000,
  }, async () => {
    const orders: TrainingOrder[] = [
      { threads: 1, isBf16: false, seed: 1, steps: 12 },
      { threads: 3, isBf16: native!.hasBf16(), seed: 2, steps: 12 },
      { threads: 2, isBf16: false, seed: 3, steps: 12 },
    ];
    const alone: string[] = [];
    for (const order of orders) alone.push(await trained({ ...order, threads: 1 }));
    expect(new Set(alone).size).toBe(3);
    expect(await Promise.all(orders.map(trained))).toEqual(alone);
  });

  it.skipIf(!isLinux)(
    'leave neither threads nor memory behind when 100 of them end',
    { timeout: 120_000 },
    async () => {
      // The main thread never loads the addon: after the last worker of a wave it is unloaded, so that no thread may sleep in it.
      const { threadsBefore, threadsAfter, early, late } = (await runScript(`
      const { Worker } = require('node:worker_threads');
      const { readdirSync } = require('node:fs');
      const threads = () => readdirSync('/proc/self/task').length;
      const code = ${JSON.stringify(worker)};
      const ended = () => new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true, workerData: ${JSON.stringify(addonFile())} });
        worker.on('error', reject).on('exit', (exit) => (exit === 0 ? resolve() : reject(new Error('exit ' + exit))));
      });
      (async () => {
        await ended(); // what Node itself makes for its first worker stays
        const threadsBefore = threads();
        let early;
        for (let wave = 0; wave < 20; wave++) {
          await Promise.all([ended(), ended(), ended(), ended(), ended()]);
          if (wave === 9) early = process.memoryUsage.rss();
        }
        // Threads of workers end a little after their event.
        for (let look = 0; look < 100 && threads() > threadsBefore; look++) await new Promise((next) => setTimeout(next, 20));
        console.log(JSON.stringify({ threadsBefore, threadsAfter: threads(), early, late: process.memoryUsage.rss() }));
      })();
    `)) as Record<string, number>;
      expect(threadsAfter).toBe(threadsBefore);
      // A worker's arrays and the workspaces of its calls are 20 MB: 50 workers that kept theirs would hold 1 GB.
      expect(late - early).toBeLessThan(150e6);
    },
  );

  it('go on when one is terminated in the middle of its steps', { timeout: 120_000 }, async () => {
    const { results, threads } = (await runScript(`
      const { Worker } = require('node:worker_threads');
      const code = ${JSON.stringify(`const endless = true; ${worker}`)};
      const addon = ${loadAddon(JSON.stringify(addonFile()))};
      (async () => {
        const results = [];
        for (let round = 0; round < 10; round++) {
          const worker = new Worker(code, { eval: true, workerData: ${JSON.stringify(addonFile())} });
          await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
          await new Promise((next) => setTimeout(next, round));
          await worker.terminate();
          // 3 * 2 added 500 times: the crew is free again and computes.
          const c = new Float32Array(400 * 400);
          addon.matmul({ m: 400, n: 400, k: 500, a: new Float32Array(200000).fill(3), b: new Float32Array(200000).fill(2), c }, 4);
          results.push(c.every((x) => x === 3000));
        }
        console.log(JSON.stringify({ results, threads: addon.ready(4) }));
      })();
    `)) as { results: boolean[]; threads: number };
    expect(results).toEqual(Array(10).fill(true));
    expect(threads).toBe(4);
  });
});

// --- internal ---

/** A worker in plain JavaScript: products of [500, 500] matrices with three threads and large workspaces, once or without end. */
const worker = `
  const { parentPort, workerData } = require('node:worker_threads');
  const addon = ${loadAddon('workerData')};
  const [a, b, c] = [1, 2, 0].map((x) => new Float32Array(250000).fill(x));
  const x = new Float32Array(addon.allocate(8e6));
  let calls = 0;
  do {
    addon.matmul({ m: 500, n: 500, k: 500, a, b, c }, 3);
    addon.normal({ seedLow: 1, seedHigh: 2, step: 3, site: 4, pass: 5, mean: 0, deviation: 1, out: x }, 3);
    if (c[0] !== 1000) throw new Error('expected 1000, got ' + c[0]);
    if (++calls === 3) parentPort.postMessage('begun');
  } while (typeof endless !== 'undefined');
`;

/** The weights that a worker with this order ends with. */
function trained(order: TrainingOrder): Promise<string> {
  // tsx in the options of a worker does not reach its first module.
  const code = `require(${JSON.stringify(require.resolve('tsx/esm/api'))}).register();
    import(${JSON.stringify(new URL('./train.suite.ts', import.meta.url).href)});`;
  const worker = new Worker(code, { eval: true, workerData: order });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}
