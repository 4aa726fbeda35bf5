/** Layers that draw the same numbers by mistake are refused where they meet in one network, and nowhere else. */
import { describe, expect, it } from 'vitest';
import { add, sub } from '../autograd/ops/arithmetic.ts';
import { scale } from '../autograd/ops/elementwise.ts';
import { mean } from '../autograd/ops/reduce.ts';
import { concat } from '../autograd/ops/shape.ts';
import { gradients } from '../autograd/tape.ts';
import { dropconnect } from '../dropout/dropconnect.ts';
import { standard } from '../dropout/standard.ts';
import { variational } from '../dropout/variational.ts';
import { meanOf } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor } from '../tensor/tensor.ts';
import { embedding } from './embedding.ts';
import { linear } from './linear.ts';
import { gru, lstm, rnn } from './recurrent/layers.ts';
import { keepState } from './recurrent/recurrent.ts';
import { recurrentStack } from './recurrent/stack.ts';

const stream = new NoiseStream(1);
const x = new Tensor([3, 2, 4], stream.normals({ site: 'sample' }, 24));
const message = 'expected draws of their own for every part of a network';
const ones = { kind: 'constant', value: 1 } as const;
/** Weights that nobody draws, so that only noise can meet. */
const fixed = { initial: { weightIn: ones, weightRec: ones } };

describe('initial weights from one address', () => {
  const layer = rnn({ inputSize: 4, hiddenSize: 4 }, stream);
  const readout = linear({ inputSize: 4, outputSize: 4 }, stream);

  it('are refused where one layer reads the other, with and without a tape, straight or through operations', () => {
    const through = () => readout.forward(layer.forward(x).output);
    expect(through).toThrow(message);
    expect(through).toThrow('layer 0, entry 0');
    expect(() => gradients([readout.parameters.weight], () => mean(meanOf(through())))).toThrow(message);
    expect(() => readout.forward(scale(meanOf(layer.forward(x).output), 2))).toThrow(message);
  });

  it('are refused side by side in one loss, and where a state is handed on in training', () => {
    const parameters = [layer.parameters.weightIn, readout.parameters.weight];
    const both = () => concat([meanOf(layer.forward(x).output), meanOf(readout.forward(x))], -1);
    expect(() => gradients(parameters, () => mean(both()))).toThrow(message);
    const encoder = gru({ inputSize: 4, hiddenSize: 4 }, stream);
    const decoder = gru({ inputSize: 4, hiddenSize: 4 }, stream);
    const decoded = () => meanOf(decoder.forward(x, encoder.forward(x).state).output);
    expect(() => gradients([encoder.parameters.weightIn], () => mean(decoded()))).toThrow(message);
  });

  it('are fine in models of their own on one stream, which may be compared and hand on states', () => {
    const again = rnn({ inputSize: 4, hiddenSize: 4 }, stream);
    const [a, b] = [layer, again].map((one) => meanOf(one.forward(x).output));
    expect(sub(a, b).toArray()).toEqual(Array(24).fill(0));
    expect(() => again.forward(x, layer.forward(x).state)).not.toThrow();
    expect(() => again.forward(x, keepState(layer.forward(x).state))).not.toThrow();
    for (const one of [layer, again]) {
      expect(() =>
        gradients([one.parameters.weightIn], () => mean(meanOf(one.forward(x).output))),
      ).not.toThrow();
    }
  });

  it('are apart by layer, by direction, by seed, and where nothing is drawn', () => {
    const hidden = layer.forward(x).output;
    for (const other of [
      linear({ inputSize: 4, outputSize: 2, layer: 1 }, stream),
      linear({ inputSize: 4, outputSize: 2 }, new NoiseStream(2)),
      linear({ inputSize: 4, outputSize: 2, initial: { weight: ones } }, stream),
      rnn({ inputSize: 4, hiddenSize: 2, direction: 1 }, stream),
    ]) {
      expect(() => other.forward(hidden as Tensor)).not.toThrow();
    }
    const words = embedding({ vocabulary: 5, size: 4 }, stream);
    expect(() => layer.forward(words.forward(Int32Array.of(1, 2), 1))).not.toThrow();
    const deep = recurrentStack(
      { cell: 'lstm', inputSize: 4, hiddenSizes: [4, 4], bidirectional: true, dropout: variational() },
      stream,
    );
    expect(() =>
      gradients(Object.values(deep.parameters), () =>
        mean(meanOf(deep.forward(x, undefined, stream).output)),
      ),
    ).not.toThrow();
  });
});

describe('noise from one address', () => {
  const dropout = standard({ input: 0.5 });
  const lower = rnn({ inputSize: 4, hiddenSize: 4, dropout, ...fixed }, stream);
  const upper = lstm({ inputSize: 4, hiddenSize: 4, dropout, ...fixed }, stream);

  it('is refused where one layer reads the other, naming both', () => {
    const noise = stream.at(5);
    const through = () => upper.forward(lower.forward(x, undefined, noise).output, undefined, noise);
    expect(through).toThrow('the noise of rnn (layer 0) and the noise of lstm (layer 0)');
    expect(through).toThrow('give one of the two another number as its layer');
  });

  it('is fine without noise, at other steps and passes, at other sites, and drawn twice by one layer', () => {
    const hidden = lower.forward(x, undefined, stream.at(5)).output as Tensor;
    for (const noise of [undefined, stream.at(6), stream.at(5, 2)]) {
      expect(() => upper.forward(hidden, undefined, noise)).not.toThrow();
    }
    const other = gru(
      { inputSize: 4, hiddenSize: 4, dropout: standard({ recurrent: 0.5 }), ...fixed },
      stream,
    );
    expect(() => other.forward(hidden, undefined, stream.at(5))).not.toThrow();
    expect(() => lower.forward(hidden, undefined, stream.at(5))).not.toThrow();
    const twice = () => {
      const one = lower.forward(x, undefined, stream.at(5)).output as Tensor;
      const two = lower.forward(x, undefined, stream.at(5, 1)).output as Tensor;
      return mean(add(one, two));
    };
    expect(() => gradients([lower.parameters.weightIn], twice)).not.toThrow();
  });

  it('is refused in the gaussian mode, too', () => {
    const how = { dropout: dropconnect({ weight: 0.5 }), ...fixed };
    const [a, b] = [
      rnn({ inputSize: 4, hiddenSize: 4, ...how }, stream),
      gru({ inputSize: 4, hiddenSize: 4, ...how }, stream),
    ];
    const run = { mode: 'gaussian' } as const;
    expect(() => b.forward(a.forward(x, undefined, stream, run).output, undefined, stream, run)).toThrow(
      'site gaussian',
    );
  });
});
