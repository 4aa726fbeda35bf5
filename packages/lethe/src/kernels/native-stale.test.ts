/** Builds of the native kernels that are older than the library: parameters are taken in another way, or a kernel is not there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lethe-stale-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it.each([
  // As builds were that took one object: the first argument is the number of threads now.
  [
    'takes one object',
    `(p) => { if (!(p.m >= 0)) throw new TypeError('matmul: m must be a whole number, at least 0'); }`,
  ],
  ['lacks all kernels but one', '() => {}'],
])('that %s is not used, and says what to do', async (title, matmul) => {
  const fields = ['m', 'n', 'k', 'a', 'transposeA', 'b', 'transposeB', 'c', 'alpha', 'accumulate', 'bias'];
  const description = [
    { name: 'matmul', fields: fields.map((name) => ({ name, kind: 'size', dims: '', offset: 0 })) },
  ];
  const file = join(folder, `${title}.cjs`);
  writeFileSync(
    file,
    `exports.describe = () => ${JSON.stringify(JSON.stringify(description))};
     exports.allocate = () => new ArrayBuffer(8);
     exports.ready = () => 1;
     exports.bf16 = () => null;
     exports.matmul = ${matmul};`,
  );
  vi.stubEnv('LETHE_NATIVE', file);
  vi.resetModules();
  const { loadNative, nativeProblem } = await import('./native.ts');
  expect(loadNative()).toBeNull();
  expect(nativeProblem()).toBe(
    'they are of other sources than these; install @lethe/native in the version of lethe, or build them anew with npx lethe-build-native',
  );
});
