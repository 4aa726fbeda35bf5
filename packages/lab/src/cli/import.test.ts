/** `lethe import` as a command. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeSafetensors, type StoredTensor } from 'lethe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';

let folder = '';
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-import-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const stored = (...shape: number[]): StoredTensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

function written(name: string, arrays: Record<string, StoredTensor>): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, encodeSafetensors(arrays));
  return file;
}

test('what does not fit in a file is said with the file', async () => {
  const file = written('a.safetensors', {
    'rnn.weight_ih_l0': stored(12, 4),
    'rnn.weight_hh_l0': stored(12, 5),
  });
  const { code, out, err } = await lethe('import', file);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(`lethe import: ${file}: torch: expected rnn.weight_hh_l0 of shape`);
  const other = written('b.safetensors', { 'conv.weight': stored(3) });
  expect((await lethe('import', other)).err).toContain(
    `lethe import: ${other}: expected a recurrent layer of PyTorch (weight_hh_l0) or Keras (recurrent_kernel), got 1 array: conv.weight`,
  );
  expect(fs.readdirSync(folder).sort()).toEqual(['a.safetensors', 'b.safetensors']);
});

test('a GRU of Keras without biases is imported in either form of its reset gate', async () => {
  const file = written('gru.safetensors', {
    'gru/kernel': stored(4, 9),
    'gru/recurrent_kernel': stored(3, 9),
  });
  const { code, err } = await lethe('import', file);
  expect(code).toBe(1);
  expect(err).toContain('(--reset-after or --reset-before)');
  for (const [option, resetAfter] of [
    ['--reset-after', true],
    ['--reset-before', false],
  ] as const) {
    const done = await lethe('import', file, option, '--json');
    expect(JSON.parse(done.out)).toMatchObject({ stack: { cell: 'gru', resetAfter } });
  }
});
