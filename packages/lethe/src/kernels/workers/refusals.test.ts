/** What the native engine makes of a system that refuses memory or threads: a JavaScript error, or fewer threads. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadNative } from '../native.ts';
import { addonFile, isLinux, loadAddon, runScript } from './processes.suite.ts';

const has = (command: string) => spawnSync(command, ['--version']).status === 0;
const isSanitized = (process.env.LD_PRELOAD ?? '').includes('asan');
const missing = !loadNative()
  ? 'no native kernels'
  : !isLinux || !has('prlimit')
    ? 'no prlimit'
    : isSanitized
      ? 'the sanitizer needs all memory that it asks for'
      : undefined;
const reason = missing === undefined ? '' : ` (skipped: ${missing})`;

// Limits on threads do not bind the superuser: then the script runs as nobody, who must be able to read the addon.
const isSuperuser = process.getuid?.() === 0;
const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
const folder = mkdtempSync(join(tmpdir(), 'lethe-refusals-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing !== undefined)(`a system that refuses${reason}`, () => {
  it('memory gets an error of every kernel that wanted it, and the next call works', async () => {
    const { errors, works } = (await runScript(
      `
      const addon = ${loadAddon(JSON.stringify(addonFile()))};
      const { execFileSync } = require('node:child_process');
      const { readFileSync } = require('node:fs');
      const [T, B, I, H] = [512, 128, 2048, 4];
      const floats = (n) => new Float32Array(n);
      const layer = (T, B) => ({
        T, B, I, H, activation: 'tanh', x: floats(T * B * I), maskInput: { data: floats(I), time: 0, batch: 0 }, wIn: floats(I * H),
        wRec: floats(H * H), bias: floats(H), h0: floats(B * H), n: floats(T * B * H), h: floats(T * B * H), y: floats(T * B * H),
      });
      const table = (M, K) => ({ M, I: 1, K, x: floats(M), w: floats(K), targets: new Int32Array(M), scale: 1, rowLoss: floats(M) });
      // The masked input and the logits are workspaces of 537 and 400 MB; nothing of the arrays is ever touched.
      const [large, wide] = [layer(T, B), table(1, 1e8)];
      const calls = [() => addon.rnnForward(large, 2), () => addon.readoutNll(wide, 2), () => addon.allocate(5e8)];
      const small = [layer(2, 2), table(4, 5)];
      const again = [() => addon.rnnForward(small[0], 2), () => addon.readoutNll(small[1], 2), () => addon.allocate(64)];
      const attempt = (call) => { try { call(); return null; } catch (error) { return [error instanceof Error, error.code]; } };
      addon.ready(2); // threads have stacks of their own
      const held = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
      // Node itself goes on with 256 MB; nothing is started under the limit.
      execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (held + 256e6)]);
      console.log(JSON.stringify({ errors: calls.map(attempt), works: again.map(attempt) }));
    `,
      // The C library reserves 64 MB and more for a thread of Node's that allocates for the first time: one arena for all of them.
      ['env', 'MALLOC_ARENA_MAX=1'],
    )) as { errors: unknown[]; works: unknown[] };
    expect(errors).toEqual(Array(3).fill([true, 'E_MEMORY']));
    expect(works).toEqual([null, null, null]);
  });

  it('memory ends a program that does not expect it with 1 and a sentence, not with a signal', async () => {
    const failure = runScript(`
      const addon = ${loadAddon(JSON.stringify(addonFile()))};
      addon.allocate(2 ** 47);
    `);
    await expect(failure).rejects.toThrow(/^1: [\s\S]*there is no memory of that size/);
  });

  it.skipIf(isSuperuser && !has('setpriv'))('threads gets fewer of them and the same result', async () => {
    const addon = join(folder, 'lethe.node');
    copyFileSync(addonFile(), addon);
    spawnSync('chmod', ['-R', 'a+rX', folder]);
    const { granted, same } = (await runScript(
      `
      const addon = ${loadAddon(JSON.stringify(addon))};
      const { execFileSync } = require('node:child_process');
      const limit = (threads) => execFileSync('prlimit', ['--pid', String(process.pid), '--nproc=' + threads + ':']);
      const product = (threads) => {
        const c = new Float32Array(90000);
        const a = Float32Array.from(c, (_, i) => Math.sin(i));
        addon.matmul({ m: 300, n: 300, k: 300, a, b: a, c }, threads);
        return Buffer.from(c.buffer);
      };
      const alone = product(1);
      const first = addon.ready(2);
      limit(1);
      console.log(JSON.stringify({ granted: [first, addon.ready(6)], same: product(6).equals(alone) }));
    `,
      isSuperuser ? asNobody : [],
    )) as { granted: number[]; same: boolean };
    expect(granted).toEqual([2, 2]);
    expect(same).toBe(true);
  });
});
