/** Builds of the native kernels that are older than the library: parameters are taken in another way, or a kernel is not there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { common } from './portable/common.ts';

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

it('that lacks the kernels of one layer serves the others, and says what to do', async () => {
  const fields = ['m', 'n', 'k', 'a', 'transposeA', 'b', 'transposeB', 'c', 'alpha', 'accumulate', 'bias'];
  const description = [...Object.keys(common), 'lstmForward'].map((name) => ({
    name,
    fields: name === 'matmul' ? fields.map((field) => ({ name: field, kind: 'size', dims: '' })) : [],
  }));
  const file = join(folder, 'layer.cjs');
  writeFileSync(
    file,
    `exports.describe = () => ${JSON.stringify(JSON.stringify(description))};
     exports.allocate = (bytes) => new ArrayBuffer(bytes);
     exports.ready = () => 1;
     exports.bf16 = () => null;
     exports.matmul = exports.lstmForward = () => {};`,
  );
  vi.stubEnv('LETHE_NATIVE', file);
  vi.stubEnv('LETHE_ENGINE', 'native');
  vi.resetModules();
  const { layerKernels } = await import('./engine.ts');
  const kernel = (): void => {};
  expect(layerKernels({ lstmForward: kernel }).lstmForward).not.toBe(kernel);
  expect(() => layerKernels({ lstmForward: kernel, gruForward: kernel })).toThrow(
    'engine: expected the kernels of the native engine to have gruForward, but they are of another version than lethe; install @lethe/native in the version of lethe, build them anew, or set LETHE_ENGINE=portable',
  );
});
