/** Right and wrong values for the walk over the public boundary. */
import * as lethe from './boundary-exports.suite.ts';

/** Values that nobody should give, and some that only some may be given; made afresh, for some calls keep them. */
export const wrongValues: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  Infinity: () => Infinity,
  '-1': () => -1,
  '1.5': () => 1.5,
  '0': () => 0,
  '2^40': () => 2 ** 40,
  '2^53': () => 2 ** 53,
  'a bigint': () => 12n,
  'a text': () => 'x',
  'the empty text': () => '',
  'a long text': () => 'y'.repeat(100_000),
  true: () => true,
  'an empty array': () => [],
  'an array of texts': () => ['1', '2'],
  'an array of nothing': () => [undefined, null],
  'nested arrays': () => [[[1, 2]], [[3, 4]]],
  'ragged arrays': () => [[1, 2], [3]],
  'a list of tensors': () => [lethe.tensor([1])],
  'an empty object': () => ({}),
  'an object of another kind': () => ({ mean: 1, variance: 'x', shape: [2], length: 2 ** 40 }),
  'an object without a prototype': () => Object.create(null),
  'half a Gaussian': () => ({ mean: lethe.tensor([1]) }),
  'a symbol': () => Symbol('s'),
  'a function': () => () => 1,
  'a tensor of no axis': () => lethe.tensor(1),
  'a tensor of another shape': () => lethe.zeros([3, 1, 7]),
  'an empty tensor': () => lethe.zeros([0, 2]),
  'a Float64Array': () => new Float64Array(3),
  'an empty Float32Array': () => new Float32Array(0),
  'a BigInt64Array': () => new BigInt64Array(2),
  'a DataView': () => new DataView(new ArrayBuffer(4)),
  'a date': () => new Date(0),
  'a promise': () => Promise.resolve(1),
};

export const stream = new lethe.NoiseStream(3);
export const matrix = () =>
  lethe.tensor([
    [0.5, -1],
    [2, 0.25],
  ]);
export const row = () => lethe.tensor([0.5, -1]);
export const sequence = () => lethe.tensor([[[0.5, -1]], [[2, 0.25]], [[1, 1]]]);
export const normal = (mean: lethe.Tensor = matrix()) => ({
  mean,
  variance: lethe.tensor([...mean.data].fill(0.5), mean.shape),
});
export const layerOptions = () => ({ inputSize: 2, hiddenSize: 2 });
export const cell = () => lethe.rnn(layerOptions(), stream);
export const regularizer = () => lethe.variational({ recurrent: 0.5 });
export const table = () => ({
  weight: lethe.tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]),
});
export const stored = (...shape: number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((n, length) => n * length, 1)),
});
export const layerArrays = () => ({ weightIn: stored(2, 2), weightRec: stored(2, 2), bias: stored(2) });
export const torch = () => lethe.recurrentToTorch(layerArrays());
export const pairs = () => [
  [0.5, 0.5],
  [0.25, 0.75],
];
export const loss = () => lethe.squaredError(matrix(), matrix());
export const model = (x: lethe.Tensor) => ({ output: x, state: [] });
export const run = () => ({
  nll: loss(),
  dropped: sequence(),
  states: sequence(),
  output: sequence(),
  state: [],
});
export const sequenceOptions = () => ({
  input: { features: 2 },
  cell: 'rnn' as const,
  hiddenSizes: [2],
  outputs: 2,
});
export const sequences = () => lethe.sequenceModel(sequenceOptions(), stream);
export const translationOptions = () => ({
  source: { vocabulary: 5, embedding: 2, hiddenSizes: [2] },
  target: { vocabulary: 4, embedding: 2, hiddenSizes: [2] },
});
export const translator = () => lethe.translationModel(translationOptions(), stream);
export const words = () => ({ words: Int32Array.of(3, 2), batch: 1 });
export const translations = () => ({ source: words(), input: words(), targets: Int32Array.of(3, 2) });
export const fitting = () => {
  const w = row();
  return {
    parameters: { w },
    optimizer: lethe.sgd({ w }, { stepRate: 0.1 }),
    batches: () => [0],
    loss: () => lethe.sum(lethe.square(w)),
    noise: stream,
    epochs: 1,
  };
};
