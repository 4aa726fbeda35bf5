import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import type { StoredTensor } from './safetensors.ts';
import { linearFromTorch, linearToTorch, recurrentFromTorch, recurrentToTorch } from './torch.ts';

function array(shape: number[], ...values: number[]): StoredTensor {
  return { shape, data: Float32Array.from(values) };
}

// I = 3, H = 2, small numbers that are exact in float32.
const layer = {
  weightIn: array([3, 2], 1, 2, 3, 4, 5, 6),
  weightRec: array([2, 2], 7, 8, 9, 10),
  bias: array([2], 0.5, -0.25),
};

function plain(tensors: object): Record<string, [number[], number[]]> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]: [string, StoredTensor]) => [
      name,
      [[...shape], [...data]],
    ]),
  );
}

describe('PyTorch layouts', () => {
  it('store a recurrent layer transposed, with the bias on the input side', () => {
    expect(plain(recurrentToTorch(layer, 1, 'rnn.'))).toEqual({
      'rnn.weight_ih_l1': [
        [2, 3],
        [1, 3, 5, 2, 4, 6],
      ],
      'rnn.weight_hh_l1': [
        [2, 2],
        [7, 9, 8, 10],
      ],
      'rnn.bias_ih_l1': [[2], [0.5, -0.25]],
      'rnn.bias_hh_l1': [[2], [0, 0]],
    });
  });

  it('come back as they were, gates side by side', () => {
    const gates = {
      weightIn: array([1, 4], 1, 2, 3, 4),
      weightRec: array([1, 4], 5, 6, 7, 8),
      bias: array([4], 1, 2, 3, 4),
    };
    for (const one of [layer, gates])
      expect(plain(recurrentFromTorch(recurrentToTorch(one)))).toEqual(plain(one));
  });

  it('have their two biases added, and zeros where there are none', () => {
    const stored = recurrentToTorch(layer);
    stored.bias_hh_l0 = array([2], 1, 2);
    expect([...recurrentFromTorch(stored).bias.data]).toEqual([1.5, 1.75]);
    const { bias_ih_l0: _, bias_hh_l0: __, ...without } = stored;
    expect([...recurrentFromTorch(without).bias.data]).toEqual([0, 0]);
  });

  it('store a linear layer transposed and give it back', () => {
    const linear = { weight: layer.weightIn, bias: layer.bias };
    const stored = linearToTorch(linear, 'out.');
    expect(plain(stored)['out.weight']).toEqual([
      [2, 3],
      [1, 3, 5, 2, 4, 6],
    ]);
    expect(plain(linearFromTorch(stored, 'out.'))).toEqual(plain(linear));
    expect([...linearFromTorch({ weight: stored['out.weight'] }).bias.data]).toEqual([0, 0]);
  });

  it('are refused when an array is missing or does not fit the others', () => {
    const stored = recurrentToTorch(layer);
    const { weight_hh_l0: _, ...lacking } = stored;
    expect(() => recurrentFromTorch(lacking)).toThrow(DataError);
    expect(() => recurrentFromTorch(lacking)).toThrow(
      /'weight_hh_l0', got none; the first names are: weight_ih_l0/,
    );
    expect(() => recurrentFromTorch({ ...stored, weight_ih_l0: array([3, 1], 1, 2, 3) })).toThrow(/2 rows/);
    expect(() => recurrentFromTorch({ ...stored, weight_hh_l0: array([3, 2], 1, 2, 3, 4, 5, 6) })).toThrow(
      /gates/,
    );
    expect(() => recurrentFromTorch({ ...stored, bias_hh_l0: array([3], 1, 2, 3) })).toThrow(
      /\[2\], got \[3\]/,
    );
    expect(() => linearFromTorch({ weight: array([2], 1, 2) })).toThrow(/matrix/);
  });
});
