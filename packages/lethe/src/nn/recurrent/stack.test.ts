import { describe, expect, it } from 'vitest';
import { sum } from '../../autograd/ops/reduce.ts';
import { gradients } from '../../autograd/tape.ts';
import { drawMask } from '../../dropout/masks.ts';
import { parseDropout } from '../../dropout/parse.ts';
import { meanOf } from '../../moments/gaussian.ts';
import { NoiseStream } from '../../random/stream.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { CellName } from '../cells/cell.ts';
import { keepState } from './recurrent.ts';
import { plansOf, type RecurrentStack, type RecurrentStackOptions, recurrentStack } from './stack.ts';

const stream = new NoiseStream(42, 5);
const [T, B, I] = [7, 3, 4];
const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));
const cells: readonly CellName[] = ['rnn', 'lstm', 'gru'];
const make = (cell: CellName, more: Partial<RecurrentStackOptions> = {}) =>
  recurrentStack({ cell, inputSize: I, hiddenSizes: [6, 5], ...more }, stream);
const numbers = (value: Parameters<typeof meanOf>[0]) => meanOf(value).toArray();

describe('a stack', () => {
  it('starts every layer by its own size where it is asked to', () => {
    const initial = (hiddenSize: number) => ({ bias: { kind: 'constant', value: hiddenSize } as const });
    const { layers } = make('rnn', { initial });
    expect(layers.map(({ parameters }) => parameters.bias.toArray()[0])).toEqual([6, 5]);
  });

  for (const cell of cells) {
    it(`of ${cell} feeds each layer with the one below, and carries every state`, () => {
      const stack = make(cell);
      const whole = stack.forward(x);
      expect(meanOf(whole.output).shape).toEqual([T, B, 5]);
      const below = stack.layers[0].forward(x);
      expect(numbers(stack.layers[1].forward(below.output).output)).toEqual(numbers(whole.output));
      const part = (from: number, to: number) => x.view([to - from, B, I], from * B * I);
      const first = stack.forward(part(0, 3));
      const second = stack.forward(part(3, T), first.state.map(keepState));
      expect([...numbers(first.output), ...numbers(second.output)]).toEqual(numbers(whole.output));
    });

    it(`of bidirectional ${cell} reads the sequence from both ends, with masks of their own`, () => {
      const dropout = parseDropout('variational:recurrent=.5');
      const stack = make(cell, { bidirectional: true, hiddenSizes: [6], dropout });
      expect(stack.outputSize).toBe(12);
      const [forward, backward] = plansOf(stack);
      const axes = { steps: T, batch: B, width: 6 };
      const masks = [forward, backward].map((plan) => [...drawMask(plan, 'recurrent', stream, axes)!.data]);
      expect(masks[0]).not.toEqual(masks[1]);

      // The reverse layer alone, on the mirrored sequence.
      const mirrored = new Tensor([T, B, I], x.data.slice());
      for (let t = 0; t < T; t++)
        mirrored.data.set(x.data.subarray(t * B * I, (t + 1) * B * I), (T - 1 - t) * B * I);
      const alone = numbers(stack.layers[1].forward(mirrored, undefined, stream).output);
      const both = numbers(stack.forward(x, undefined, stream).output);
      for (let t = 0; t < T; t++) {
        for (let b = 0; b < B; b++) {
          const mine = both.slice((t * B + b) * 12 + 6, (t * B + b + 1) * 12);
          expect(mine).toEqual(alone.slice(((T - 1 - t) * B + b) * 6, ((T - 1 - t) * B + b + 1) * 6));
        }
      }
    });

    it(`of bidirectional ${cell} gives a short row in a batch what it gives the row alone`, () => {
      const stack = make(cell, { bidirectional: true });
      const stop = Int32Array.of(T, 4, T);
      const start = Int32Array.of(0, 0, 2);
      const batch = numbers(stack.forward(x, undefined, undefined, { start, stop }).output);
      for (const [b, from, to] of [
        [1, 0, 4],
        [2, 2, T],
      ]) {
        const row = new Tensor([to - from, 1, I], new Float32Array((to - from) * I));
        for (let t = from; t < to; t++) {
          row.data.set(x.data.subarray((t * B + b) * I, (t * B + b + 1) * I), (t - from) * I);
        }
        const alone = numbers(stack.forward(row).output);
        for (let t = from; t < to; t++) {
          for (let j = 0; j < stack.outputSize; j++) {
            const mine = batch[(t * B + b) * stack.outputSize + j];
            expect(mine).toBeCloseTo(alone[(t - from) * stack.outputSize + j], 5);
          }
        }
      }
    });
  }

  it('gives noise to the layers that the entries name: AWD drops at the first input, between layers and at the last output', () => {
    const dropout = parseDropout('awd:weight=.5,input=.4,hidden=.3,output=.2');
    const stack = make('lstm', { hiddenSizes: [6, 6, 6], dropout });
    const rates = plansOf(stack).map(({ entries }) =>
      Object.fromEntries(entries.map(({ noise }) => [noise.site, noise.rate])),
    );
    expect(rates).toEqual([
      { weight: 0.5, input: 0.4 },
      { weight: 0.5, input: 0.3 },
      { weight: 0.5, input: 0.3, output: 0.2 },
    ]);
  });

  for (const cell of ['rnn', 'lstm'] as const) {
    for (const dropout of ['none', 'fast:input=.2,recurrent=.3', 'weight-noise:deviation=.1']) {
      it(`of ${cell} with two biases and ${dropout} gives what their sum gives, and each the gradient of the sum`, () => {
        const shared = { dropout: parseDropout(dropout), hiddenSizes: [6] };
        const one = make(cell, shared).parameters;
        const two = make(cell, { ...shared, recurrentBias: true });
        const { '0.bias': bias, '0.biasRec': biasRec } = two.parameters;
        biasRec.data.forEach((_, i) => {
          biasRec.data[i] = (i % 5) / 16;
          bias.data[i] = 1 - (i % 3) / 8;
        });
        const single = make(cell, shared);
        for (const name of Object.keys(one)) single.parameters[name].data.set(two.parameters[name].data);
        biasRec.data.forEach((value, i) => {
          single.parameters['0.bias'].data[i] += value;
        });
        const run = ({ forward, parameters }: RecurrentStack) => {
          const loss = () => sum(meanOf(forward(x, undefined, stream).output));
          const found = gradients(Object.values(parameters), loss);
          const names = Object.keys(parameters);
          return {
            loss: found.loss,
            of: Object.fromEntries(names.map((name, i) => [name, found.gradients[i].toArray()])),
          };
        };
        const [ofOne, ofTwo] = [run(single), run(two)];
        expect(ofTwo.loss).toBe(ofOne.loss);
        expect(ofTwo.of['0.bias']).toEqual(ofOne.of['0.bias']);
        expect(ofTwo.of['0.biasRec']).toEqual(ofOne.of['0.bias']);
        expect(ofTwo.of['0.weightRec']).toEqual(ofOne.of['0.weightRec']);
      });
    }
  }

  it('names parameters by layer and direction', () => {
    const names = Object.keys(make('gru', { bidirectional: true, learnInitialState: true }).parameters);
    expect(names.slice(0, 6)).toEqual([
      '0.weightIn',
      '0.weightRec',
      '0.bias',
      '0.biasRec',
      '0.initialState',
      '0.reverse.weightIn',
    ]);
    expect(names).toHaveLength(20);
  });

  it('refuses a cell that does not exist, no layers, states of other layers, and a cell state for a GRU', () => {
    expect(() => make('lstn' as CellName)).toThrow('did you mean "lstm"?');
    expect(() => make('rnn', { hiddenSizes: [] })).toThrow('expected at least one hidden size');
    expect(() => make('deep-rnn', { recurrentBias: true })).toThrow('no recurrentBias of a deep transition');
    const { state } = make('lstm').forward(x);
    expect(() => make('lstm', { hiddenSizes: [6] }).forward(x, state)).toThrow(
      'expected the states of 1 layers, got 2',
    );
    expect(() => make('gru').forward(x, state)).toThrow('expected a state with hidden alone');
    expect(() => make('rnn', { dropout: parseDropout('semeniuta:update=.3') })).toThrow('recurrent');
  });
});
