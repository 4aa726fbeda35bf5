import { describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../errors.ts';
import { gru, lstm, rnn } from '../nn/recurrent/layers.ts';
import type { Recurrent } from '../nn/recurrent/recurrent.ts';
import { recurrentStack } from '../nn/recurrent/stack.ts';
import { NoiseStream } from '../random/stream.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { loadParameters } from './load.ts';
import type { StoredTensor } from './stored.ts';
import {
  embeddingFromTorch,
  linearFromTorch,
  linearToTorch,
  recurrentFromTorch,
  recurrentToTorch,
} from './torch.ts';

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

/** Weights by a formula that both programs can write: element k of the n-th parameter is sin(k + 10 n) / 2. */
function waves(shapes: readonly [string, number[]][]): Record<string, StoredTensor> {
  return Object.fromEntries(
    shapes.map(([name, shape], n) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [
        name,
        { shape, data: Float64Array.from({ length: size }, (_, k) => 0.5 * Math.sin(k + 10 * n)) },
      ];
    }),
  );
}

/** The arrays of torch.nn.RNN, LSTM or GRU, in the order of its parameters. */
function torchLayer(gates: number, inputs = 2, hidden = 2, ending = '_l0'): [string, number[]][] {
  return [
    [`weight_ih${ending}`, [gates * hidden, inputs]],
    [`weight_hh${ending}`, [gates * hidden, hidden]],
    [`bias_ih${ending}`, [gates * hidden]],
    [`bias_hh${ending}`, [gates * hidden]],
  ];
}

/** cos(0), cos(1), … of 3 steps, 1 row, 2 features */
const x = tensor([0, 1, 2, 3, 4, 5].map(Math.cos), [3, 1, 2]);
const options = { inputSize: 2, hiddenSize: 2 };
const stream = new NoiseStream(1);

function outputOf(layer: Recurrent, arrays: object): number[] {
  loadParameters(layer.parameters, arrays as Record<string, StoredTensor>);
  return (layer.forward(x).output as Tensor).toArray();
}

describe('PyTorch layers compute here what they compute there', () => {
  // torch 2.13, float64: m = torch.nn.RNN/LSTM/GRU(2, 2), parameters as in `waves`, m(x)[0], x = cos(0 … 5)
  it.each<[string, Recurrent, number, number[]]>([
    [
      'RNN',
      rnn(options, stream),
      1,
      [0.18753508, 0.61010051, -0.66966029, 0.03509901, 0.24154001, 0.12551506],
    ],
    [
      'LSTM',
      lstm(options, stream),
      4,
      [0.09219921, -0.29545217, -0.04230455, -0.04283063, -0.14135154, -0.09332692],
    ],
    [
      'GRU',
      gru(options, stream),
      3,
      [0.17095282, -0.29990442, -0.07024112, 0.06131905, -0.25074508, -0.02632704],
    ],
  ])('%s, without a word on its biases', (_, layer, gates, expected) => {
    const output = outputOf(layer, recurrentFromTorch(waves(torchLayer(gates))));
    for (const [i, value] of output.entries()) expect(value).toBeCloseTo(expected[i], 6);
  });

  it('two bidirectional GRU layers, each read by its index', () => {
    const file = waves(
      ['_l0', '_l0_reverse', '_l1', '_l1_reverse'].flatMap((ending) =>
        torchLayer(3, ending.startsWith('_l0') ? 2 : 4, 2, ending),
      ),
    );
    const stack = recurrentStack(
      { cell: 'gru', inputSize: 2, hiddenSizes: [2, 2], bidirectional: true },
      stream,
    );
    for (const [i, index] of [0, '0_reverse', 1, '1_reverse'].entries()) {
      loadParameters(stack.layers[i].parameters, { ...recurrentFromTorch(file, index) });
    }
    // torch.nn.GRU(2, 2, num_layers=2, bidirectional=True)
    const expected = [
      -0.03527433, -0.11236919, -0.18049605, -0.19508806, -0.08631306, -0.05354447, -0.19736083, -0.21051915,
      -0.16565114, -0.05767729, -0.036761, -0.17785475,
    ];
    const output = (stack.forward(x).output as Tensor).toArray();
    for (const [i, value] of output.entries()) expect(value).toBeCloseTo(expected[i], 6);
  });
});

describe('PyTorch names as people export them', () => {
  const plainFile = waves(torchLayer(4));
  const renamed = (rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(plainFile).map(([name, array]) => [rename(name), array]));
  const expected = recurrentFromTorch(plainFile);

  it.each<[string, (name: string) => string, string]>([
    ['DataParallel', (name) => `module.rnn.${name}`, 'rnn.'],
    ['torch.compile', (name) => `_orig_mod.rnn.${name}`, 'rnn.'],
    ['the AWD-LSTM', (name) => `rnns.0.module.${name === 'weight_hh_l0' ? `${name}_raw` : name}`, 'rnns.0.'],
    [
      'fastai',
      (name) => (name === 'weight_hh_l0' ? `0.rnns.0.${name}_raw` : `0.rnns.0.module.${name}`),
      '0.rnns.0.',
    ],
    [
      'the AWD-LSTM, by the full prefix',
      (name) => `rnns.0.module.${name.replace('hh_l0', 'hh_l0_raw')}`,
      'rnns.0.module.',
    ],
    ['LSTMCell', (name) => `cell.${name.replace('_l0', '')}`, 'cell.'],
  ])('are read: %s', (_, rename, prefix) => {
    expect(recurrentFromTorch(renamed(rename), 0, prefix)).toEqual(expected);
  });

  it('take the weight itself where a dropped copy stands beside it', () => {
    const { weight_hh_l0: weight, ...others } = plainFile;
    const dropped = { shape: weight.shape, data: weight.data.map((value, i) => (i % 2 ? 0 : 2 * value)) };
    const file = { ...others, weight_hh_l0: dropped, weight_hh_l0_raw: weight };
    expect(recurrentFromTorch(file)).toEqual(expected);
  });

  it('read the table of an embedding as it stands, and a tied decoder', () => {
    const table = array([3, 2], 1, 2, 3, 4, 5, 6);
    expect(plain(embeddingFromTorch({ 'encoder.weight': table }, 'encoder.'))).toEqual({
      weight: [
        [3, 2],
        [1, 2, 3, 4, 5, 6],
      ],
    });
    expect(plain(linearFromTorch({ 'module.decoder.weight': table }, 'decoder.')).weight[0]).toEqual([2, 3]);
  });

  it('are told where they stand when the prefix is another', () => {
    expect(() => recurrentFromTorch(renamed((name) => `module.enc.lstm.${name}`))).toThrow(
      /expected an array named 'weight_hh_l0', got none; it stands under 'enc.lstm.'; give that as the prefix/,
    );
  });
});

describe('PyTorch modules that no layer here can be', () => {
  const file = waves(torchLayer(4));
  it.each<[string, Record<string, StoredTensor>, RegExp]>([
    // torch.nn.LSTM(2, 4, proj_size=2): weight_ih_l0 [16, 2], weight_hh_l0 [16, 2], weight_hr_l0 [2, 4]
    [
      'a projection',
      waves([
        ['weight_ih_l0', [16, 2]],
        ['weight_hh_l0', [16, 2]],
        ['bias_ih_l0', [16]],
        ['bias_hh_l0', [16]],
        ['weight_hr_l0', [2, 4]],
      ]),
      /'weight_hr_l0' as well: a projection of the state \(proj_size\)/,
    ],
    [
      'a projection whose array was left out',
      waves([
        ['weight_ih_l0', [16, 2]],
        ['weight_hh_l0', [16, 2]],
      ]),
      /1, 3 or 4 gates, got \[16, 2\]/,
    ],
    ['two gates', waves(torchLayer(2)), /1, 3 or 4 gates, got \[4, 2\]/],
    ['peepholes beside the layers', { ...file, weight_ci: array([2], 1, 2) }, /'weight_ci' as well/],
    ['peepholes of the layer', { ...file, weight_ch_l0: array([2], 1, 2) }, /'weight_ch_l0' as well/],
    ['a norm of the layer', { ...file, ln_hh_l0: array([2], 1, 2) }, /'ln_hh_l0' as well/],
    [
      'a second direction',
      { ...file, ...waves(torchLayer(4, 2, 2, '_l0_reverse')) },
      /got '0', '0_reverse'; read each by its index/,
    ],
    ['a second layer', { ...file, ...waves(torchLayer(4, 2, 2, '_l1')) }, /got '0', '1'/],
    [
      'a table of another module in two places',
      { ...file, 'module.weight_hh_l0': file.weight_hh_l0 },
      /got 'weight_hh_l0' and 'module.weight_hh_l0'/,
    ],
  ])('are refused by name: %s', (_, tensors, sentence) => {
    expect(() => recurrentFromTorch(tensors)).toThrow(DataError);
    expect(() => recurrentFromTorch(tensors)).toThrow(sentence);
  });

  it('leave arrays of other modules alone, and read a named layer of several', () => {
    const beside = {
      ...file,
      epoch: array([1], 3),
      weight: array([1, 1], 1),
      bias: array([1], 1),
      'fc.weight_ci': array([1], 1),
    };
    expect(recurrentFromTorch(beside)).toEqual(recurrentFromTorch(file));
    const two = { ...file, ...waves(torchLayer(4, 2, 2, '_l1')) };
    expect(recurrentFromTorch(two, 0)).toEqual(recurrentFromTorch(file));
  });

  it('never add the biases of a GRU', () => {
    expect(() => recurrentFromTorch(waves(torchLayer(3)), 0, '', false)).toThrow(ConfigError);
  });
});

describe('loadParameters', () => {
  it('copies all arrays or none', () => {
    const parameters = { w: tensor([1, 2]), b: tensor([3]) };
    const values = () => Object.values(parameters).map((one) => one.toArray());
    const w = array([2], 5, 6);
    for (const [bad, sentence] of [
      [{ w }, /shape \[1\] for b, got undefined/],
      [{ w, b: array([1, 1], 7) }, /shape \[1\] for b, got shape \[1, 1\]/],
      [{ w, b: array([1], 7), bias: w }, /got 'bias'/],
      [{ w, b: { shape: [2], data: Float32Array.of(1) } }, /'b' to be \{ shape, data \}/],
      [{ w, b: 1 }, /'b' to be \{ shape, data \}/],
    ] as const) {
      expect(() => loadParameters(parameters, bad as never)).toThrow(sentence);
      expect(values()).toEqual([[1, 2], [3]]);
    }
    loadParameters(parameters, { b: array([1], 7), w });
    expect(values()).toEqual([[5, 6], [7]]);
  });
});
