/** Models of PyTorch and Keras, and what they computed there (fixtures/make.py), against the same arrays here. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  affine,
  decodeSafetensors,
  importModel,
  loadParameters,
  NoiseStream,
  recurrentStack,
  type StoredTensor,
  Tensor,
} from 'lethe';
import { realFrom } from 'lethe/engine';
import { describe, expect, test } from 'vitest';
import { writeNpz } from '../data/formats/npy-writer.ts';
import { importedFile } from './imported-file.ts';
import { gap } from './onnx/onnx-run.suite.ts';
import { readArrays } from './read-arrays.ts';

const folder = fileURLToPath(new URL('fixtures', import.meta.url));
const expected: Record<
  string,
  { source: string; shape: number[]; output: number[]; x?: number[]; words?: number[][] }
> = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8'));
const fileOf = (name: string): string =>
  path.join(folder, `${name}.${name.startsWith('torch') ? 'safetensors' : 'npz'}`);

/** Activations that stand in no file. */
const tolerance = 1e-5;

describe('a model of another library computes here what it did there', () => {
  test.each(Object.entries(expected))('%s', (name, { shape, output, x, words }) => {
    const arrays = readArrays(fileOf(name));
    const found = importModel(arrays);
    const stack = recurrentStack(found.stack, new NoiseStream(1));
    loadParameters(stack.parameters, found.recurrent);
    const [T, B] = shape;
    const I = found.stack.inputSize;
    const table = found.embedding?.weight.data;
    const values = words
      ? words.flat().flatMap((word) => Array.from(table!.subarray(word * I, (word + 1) * I)))
      : x!;
    const hidden = stack.forward(new Tensor([T, B, I], realFrom(values))).output as Tensor;
    const asTensor = (one: StoredTensor): Tensor => new Tensor(one.shape, realFrom(one.data));
    const y = words ? affine(hidden, asTensor(found.readout!.weight), asTensor(found.readout!.bias)) : hidden;
    expect(y.shape).toEqual(shape);
    expect(gap(y.data, output)).toBeLessThan(tolerance);
    const names = [...Object.keys(found.placed), ...found.leftOut.map((one) => one.name)];
    expect(names.sort()).toEqual(Object.keys(arrays).sort());
  });

  test('there are twelve, of every cell, both directions and five types of numbers', () => {
    expect(Object.keys(expected)).toHaveLength(12);
  });
});

test('what is written is read again by the names of PyTorch, the same numbers', () => {
  for (const name of Object.keys(expected)) {
    const found = importModel(readArrays(fileOf(name)));
    const { tensors, metadata } = decodeSafetensors(importedFile(found, name));
    const again = importModel(tensors);
    // A GRU of PyTorch has no other form; which one it is stands in the metadata.
    expect({ ...again.stack, resetAfter: found.stack.resetAfter }).toEqual({
      resetAfter: undefined,
      ...found.stack,
    });
    expect(JSON.parse(metadata.stack)).toEqual(found.stack);
    for (const [key, array] of Object.entries(found.recurrent)) {
      expect(gap(again.recurrent[key].data, array.data)).toBe(0);
    }
  }
});

test('the dropped copy beside a raw weight, and a table that a tied readout has as well, are named', () => {
  const { leftOut, placed } = importModel(readArrays(fileOf('torch-awd')));
  expect(placed).toMatchObject({
    'rnns.0.module.weight_hh_l0_raw': 'rnn.0.weightRec',
    'rnns.1.module.bias_hh_l0': 'rnn.1.bias',
    'encoder.weight': 'embedding.weight',
    'decoder.weight': 'readout.weight',
  });
  expect(leftOut.map(({ name, reason }) => [name, reason])).toEqual(
    [0, 1].map((k) => [
      `rnns.${k}.module.weight_hh_l0`,
      `a copy of rnns.${k}.module.weight_hh_l0_raw with some weights dropped`,
    ]),
  );
});

const stored = (...shape: number[]): StoredTensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const lstm = { 'rnn.weight_ih_l0': stored(12, 4), 'rnn.weight_hh_l0': stored(12, 3) };
const keras = { 'lstm/lstm_cell/kernel': stored(4, 12), 'lstm/lstm_cell/recurrent_kernel': stored(3, 12) };

test.each<[string, Record<string, StoredTensor>, RegExp]>([
  [
    'a projection',
    { ...lstm, 'rnn.weight_hr_l0': stored(2, 3) },
    /rnn\.weight_hr_l0.*projection of the state \(proj_size\)/,
  ],
  ['peepholes of PyTorch', { ...lstm, 'rnn.peephole_i': stored(3) }, /rnn\.peephole_i/],
  [
    'peepholes of Keras',
    { ...keras, 'lstm/lstm_cell/input_gate_peephole_weights': stored(3) },
    /input_gate_peephole_weights/,
  ],
  [
    'a convolution',
    { ...keras, 'lstm/lstm_cell/kernel': stored(3, 3, 4, 12) },
    /lstm\/lstm_cell\/kernel.*convolutions/,
  ],
  [
    'the layout of CuDNN',
    { ...keras, 'lstm/lstm_cell/bias': stored(24) },
    /lstm\/lstm_cell\/bias of shape \[12\], got \[24\].*CuDNN/,
  ],
  ['two gates', { ...lstm, 'rnn.weight_hh_l0': stored(6, 3) }, /rnn\.weight_hh_l0 of shape/],
  [
    'layers that do not fit',
    { ...lstm, 'rnn.weight_ih_l1': stored(12, 5), 'rnn.weight_hh_l1': stored(12, 3) },
    /weight_hh_l1' to read the 3 features below it, got a layer that reads 5/,
  ],
  [
    'one direction alone',
    {
      ...lstm,
      'rnn.weight_ih_l0_reverse': stored(12, 4),
      'rnn.weight_hh_l0_reverse': stored(12, 3),
      'rnn.weight_ih_l1': stored(12, 6),
      'rnn.weight_hh_l1': stored(12, 3),
    },
    /both directions, got 1/,
  ],
  [
    'other cells on one another',
    { ...lstm, 'top.weight_ih_l0': stored(9, 3), 'top.weight_hh_l0': stored(9, 3) },
    /one cell, got lstm .* and gru/,
  ],
  [
    'a layer that is not there',
    { ...lstm, 'rnn.weight_ih_l2': stored(12, 3), 'rnn.weight_hh_l2': stored(12, 3) },
    /rnn\.weight_hh_l2' as layer 2 and no layer 1/,
  ],
  [
    'a layer whose recurrent weights are not there',
    { ...lstm, 'rnn.weight_ih_l1': stored(12, 3), 'rnn.bias_hh_l1': stored(12) },
    /rnn\.weight_hh_l1' beside 'rnn\.bias_hh_l1', got none/,
  ],
  [
    'an array of Keras that is there twice',
    { ...keras, 'lstm/lstm_cell/kernel:0': stored(4, 12) },
    /got 'lstm\/lstm_cell\/kernel' and 'lstm\/lstm_cell\/kernel:0'/,
  ],
  [
    'no recurrent layer',
    { 'fc.weight': stored(2, 3) },
    /recurrent layer of PyTorch .* or Keras .*: fc\.weight/,
  ],
  [
    'a GRU that does not tell its form',
    { 'gru/gru_cell/kernel': stored(4, 9), 'gru/gru_cell/recurrent_kernel': stored(3, 9) },
    /form of the reset gate.*gru\/gru_cell\/recurrent_kernel.*--reset-after/,
  ],
  [
    'a weight that is no number',
    { ...lstm, 'rnn.bias_ih_l0': { shape: [12], data: new Float32Array(12).fill(Number.NaN, 5) } },
    /'rnn\.bias_ih_l0', got NaN at element 5/,
  ],
  [
    'a weight that no float32 holds',
    { ...lstm, 'rnn.bias_ih_l0': { shape: [12], data: new Float64Array(12).fill(1e39) } },
    /'rnn\.bias_ih_l0', got 1e\+39 at element 0/,
  ],
  ['no array', {}, /got no array at all/],
])('%s is refused by its name', (_, tensors, message) => {
  expect(() => importModel(tensors)).toThrow(message);
});

test('the numbers by which .weights.h5 files name arrays are understood', () => {
  const found = importModel({
    'layers/bidirectional/backward_layer/cell/vars/0': stored(4, 12),
    'layers/bidirectional/backward_layer/cell/vars/1': stored(3, 12),
    'layers/bidirectional/backward_layer/cell/vars/2': stored(12),
    'layers/bidirectional/forward_layer/cell/vars/0': stored(4, 12),
    'layers/bidirectional/forward_layer/cell/vars/1': stored(3, 12),
    'layers/bidirectional/forward_layer/cell/vars/2': stored(12),
    'layers/dense/vars/0': stored(6, 2),
    'layers/dense/vars/1': stored(2),
    'layers/embedding/vars/0': stored(9, 4),
    'optimizer/vars/0': stored(),
  });
  expect(found.stack).toEqual({ cell: 'lstm', inputSize: 4, hiddenSizes: [3], bidirectional: true });
  expect(found.placed['layers/bidirectional/backward_layer/cell/vars/1']).toBe('rnn.0.reverse.weightRec');
  expect([found.readout?.weight.shape, found.embedding?.weight.shape]).toEqual([
    [6, 2],
    [9, 4],
  ]);
  expect(found.leftOut.map(({ name }) => name)).toEqual(['optimizer/vars/0']);
});

test('a linear map without a bias is none of the tables, though a module around it is called encoder', () => {
  const model = {
    'encoder.embedding.weight': stored(9, 4),
    'encoder.rnn.weight_ih_l0': stored(12, 4),
    'encoder.rnn.weight_hh_l0': stored(12, 3),
  };
  const found = importModel({ ...model, 'encoder.linear.weight': stored(2, 3) });
  expect(found.placed['encoder.linear.weight']).toBe('readout.weight');
  expect(found.placed['encoder.embedding.weight']).toBe('embedding.weight');
  expect(importModel({ ...model, 'encoder.top.weight': stored(2, 3) }).placed['encoder.top.weight']).toBe(
    'readout.weight',
  );
  // A name of its own that says what it is stays.
  const { 'encoder.embedding.weight': _, ...rest } = model;
  expect(importModel({ ...rest, 'encoder.0.weight': stored(9, 4) }).placed['encoder.0.weight']).toBe(
    'embedding.weight',
  );
});

test('names that objects have by themselves are names like others', () => {
  const { leftOut } = importModel(
    Object.fromEntries([...Object.entries(keras), ['a/__proto__', stored(1)], ['__proto__', stored(2)]]),
  );
  expect(leftOut.map(({ name }) => name).sort()).toEqual(['__proto__', 'a/__proto__']);
});

test('a matrix without columns takes no time, however many rows its header promises', () => {
  const endless = { shape: [2 ** 53 - 1, 0], data: new Float32Array(0) };
  expect(importModel({ ...lstm, 'fc.weight': endless }).leftOut.map(({ name }) => name)).toEqual([
    'fc.weight',
  ]);
});

test('files of torch.save, HDF5 and Keras are answered with the lines that convert them', () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-import-'));
  const put = (name: string, content: string | Uint8Array): string => {
    fs.writeFileSync(path.join(scratch, name), content);
    return path.join(scratch, name);
  };
  for (const [file, message] of [
    [put('a.pt', 'PK\x03\x04archive/data.pkl'), /torch\.save.*safetensors\.torch\.save_file/],
    [put('b.bin', writeNpz({ 'x/data.pkl': stored(1) })), /torch\.save/],
    [put('c.h5', '\x89HDF\r\n'), /HDF5.*numpy\.savez/],
    [put('d.weights', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')), /HDF5/],
    [put('e.keras', 'PK'), /Keras model.*numpy\.savez/],
    [put('f.safetensors', 'x'), /f\.safetensors: /],
    [put('i.npz', ''), /i\.npz: .*found an empty file/],
    [put('j.npy', Buffer.from('\x93NUMPY\x01\x00v\x00{', 'latin1')), /one array of NumPy.*numpy\.savez/],
    [path.join(scratch, 'none.npz'), /none\.npz: .*no such file/],
    [scratch, new RegExp(`${scratch}: .*it is a directory`)],
    [put('g.npz', 'PK\x03\x04'), /ZIP archive/],
  ] as const) {
    expect(() => readArrays(file)).toThrow(message);
  }
  // The header of a safetensors file may be as long as the first bytes of those say: 0x0280, 0x4b50.
  for (const length of [0x0280, 0x4b50]) {
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }).padEnd(length);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(length));
    const file = put('h.safetensors', Buffer.concat([size, Buffer.from(header), Buffer.alloc(4)]));
    expect(Object.keys(readArrays(file))).toEqual(['a']);
  }
  fs.rmSync(scratch, { recursive: true });
});
