/** Options and shapes are the caller's, who may make the next layer of the same object. */
import { expect, it } from 'vitest';
import { variational } from '../dropout/variational.ts';
import { meanOf } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor, tensor, zeros } from '../tensor/tensor.ts';
import { squaredError } from './losses/losses.ts';
import { deepRnn, gru, lstm, rnn } from './recurrent/layers.ts';
import { recurrentStack } from './recurrent/stack.ts';
import { sequenceLoss } from './sequence-loss.ts';
import { sequenceModel } from './sequence-model.ts';

const stream = new NoiseStream(1);
const x = new Tensor([3, 2, 2], stream.normals({ site: 'sample' }, 12));

it.each([
  ['rnn', rnn],
  ['lstm', lstm],
  ['gru', gru],
  ['deepRnn', deepRnn],
] as const)('a layer stays as it was made: %s', (_, make) => {
  for (const later of [3, 7]) {
    const options = { inputSize: 2, hiddenSize: 5 };
    const layer = make(options, stream);
    const expected = meanOf(layer.forward(x).output);
    options.hiddenSize = later;
    options.inputSize = 9;
    const output = meanOf(layer.forward(x).output);
    expect(output.shape).toEqual([3, 2, 5]);
    expect(output.toArray()).toEqual(expected.toArray());
    expect(layer.options).toMatchObject({ inputSize: 2, hiddenSize: 5 });
  }
});

it('a stack and a model stay as they were made', () => {
  const options = { cell: 'gru' as const, inputSize: 2, hiddenSizes: [3] };
  const stack = recurrentStack(options, stream);
  options.hiddenSizes.push(4);
  expect(stack.options.hiddenSizes).toEqual([3]);
  const given = { input: { features: 2 }, cell: 'gru' as const, hiddenSizes: [3], outputs: 1 };
  const model = sequenceModel(given, stream);
  Object.assign(given, { pooling: 'none' });
  const nll = (output: Parameters<typeof squaredError>[0]) => squaredError(output, zeros([1, 2, 1]));
  // As of a model that answers once: padding is no step of its penalties.
  expect(
    sequenceLoss(model, { x, lengths: Int32Array.of(3, 1), nll, examples: 2 }).penaltySteps.activation,
  ).toBe(4);
  expect(model.options).not.toHaveProperty('pooling');
});

it('a layer keeps its rates', () => {
  const dropout = variational({ input: 0.25 });
  const layer = rnn({ inputSize: 2, hiddenSize: 2, dropout }, stream);
  const before = meanOf(layer.forward(x, undefined, stream.at(1)).output).toArray();
  dropout.noise[0].rate = 0.75;
  expect(meanOf(layer.forward(x, undefined, stream.at(1)).output).toArray()).toEqual(before);
  expect(layer.plan.entries[0].noise.rate).toBe(0.25);
});

it('a tensor keeps its shape', () => {
  const shape = [2, 3];
  const made = [zeros(shape), tensor([1, 2, 3, 4, 5, 6], shape), zeros([6]).view(shape)];
  shape[0] = 6;
  shape[1] = 1;
  for (const one of made) expect(one.shape).toEqual([2, 3]);
});
