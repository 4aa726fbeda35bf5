import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readNpz } from './npy.ts';
import { writeNpy, writeNpz } from './npy-writer.ts';
import { readZip } from './zip.ts';
import { writeZip } from './zip-writer.ts';

const arrays = {
  a: { shape: [2, 3], data: Float32Array.from([1, -2.5, 3e-8, 4, 5, 6]) },
  'b.weight_ih_l0': { shape: [3], data: Float64Array.from([Math.PI, -0, 1e300]) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
  scalar: { shape: [], data: Float32Array.from([7]) },
};

test('an archive is read again, every number as it was', () => {
  const found = readNpz(writeNpz(arrays), 'x.npz', 1e6);
  expect([...found.keys()]).toEqual(Object.keys(arrays));
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    const array = found.get(name) as { shape: number[]; values: ArrayLike<number> };
    expect(array.shape).toEqual(shape);
    expect(Array.from(array.values)).toEqual(Array.from(data));
  }
});

test('numbers begin at a multiple of 64 bytes, and equal arrays give equal bytes', () => {
  for (const shape of [[6], [2, 3], [1, 1, 1, 1, 1, 6]]) {
    const file = writeNpy({ shape, data: arrays.a.data });
    expect((file.length - arrays.a.data.byteLength) % 64).toBe(0);
  }
  expect(writeNpz(arrays)).toEqual(writeNpz(arrays));
});

test('an archive with a byte changed, or with an array twice, is refused', () => {
  const bytes = writeNpz({ a: { shape: [2], data: new Float32Array([1, 2]) } });
  // A number, not the header: its place is behind the last line break of the header.
  const spoilt = Buffer.from(bytes);
  spoilt[spoilt.indexOf(0x0a, 100) + 1] ^= 1;
  expect(() => readNpz(spoilt, 'x.npz', 1e6)).toThrow(/"a\.npy" than its check sum/);
  const two = writeZip({ 'a.npy': writeNpy({ shape: [1], data: new Float32Array(1) }), a: Buffer.alloc(0) });
  expect(() => readNpz(two, 'x.npz', 1e6)).toThrow(/"a" twice/);
  const same = Buffer.from(writeZip({ a1: Buffer.from('x'), a2: Buffer.from('y') }));
  for (let at = same.indexOf('a2'); at >= 0; at = same.indexOf('a2')) same.write('a1', at);
  expect(() => readZip(same, 'x.zip', 1e6)).toThrow(/two files "a1"/);
});

const python = process.env.LETHE_PYTHON ?? 'python3';
const hasNumpy = (() => {
  try {
    execFileSync(python, ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasNumpy)('NumPy reads it', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-npz-'));
  const file = path.join(folder, 'x.npz');
  fs.writeFileSync(file, writeNpz(arrays));
  const script =
    'import json, sys, numpy\nz = numpy.load(sys.argv[1])\nprint(json.dumps({k: [str(z[k].dtype), list(z[k].shape), z[k].ravel().tolist()] for k in z.files}))';
  const found = JSON.parse(execFileSync(python, ['-c', script, file], { encoding: 'utf8' }));
  fs.rmSync(folder, { recursive: true });
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    const type = data instanceof Float64Array ? 'float64' : 'float32';
    expect(found[name]).toEqual([type, shape, Array.from(data)]);
  }
});
