/**
 * What must hold of every method whatever its implementation: nothing happens at rate 0, the order of training
 * and prediction does not matter, memory leaks or decays exactly as each paper says. Each test catches a mistake
 * that a published implementation has made.
 */
import { describe, expect, it } from 'vitest';
import { mul } from '../autograd/ops/arithmetic.ts';
import { sum } from '../autograd/ops/reduce.ts';
import { gradients } from '../autograd/tape.ts';
import { drawMask } from '../dropout/masks.ts';
import { parseDropout } from '../dropout/parse.ts';
import { meanOf } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { scoped } from '../tensor/scratch.ts';
import { Tensor, zeros } from '../tensor/tensor.ts';
import type { CellName } from './cells/cell.ts';
import { everyMethod, testNetwork } from './every-method.suite.ts';
import { deepRnn, gru, lstm, rnn } from './recurrent/layers.ts';
import type { Recurrent } from './recurrent/recurrent.ts';

const stream = new NoiseStream(42, 7);
const sizes = { T: 7, B: 4, I: 5, H: 37, K: 3 };

const atZero = (method: string) => method.replace(/(=)\.\d+(?=[,+]|$)/g, '$10');
const makers: Record<CellName, (options: Parameters<typeof rnn>[0]) => Recurrent> = {
  rnn: (options) => rnn(options, stream),
  'deep-rnn': (options) => deepRnn({ ...options, shortcut: true }, stream),
  lstm: (options) => lstm(options, stream),
  gru: (options) => gru(options, stream),
};

describe('every method', () => {
  const noisy = everyMethod.filter(([method]) =>
    /^(standard|dropconnect|naive|variational|rnndrop|semeniuta|zoneout|gaussian|awd:weight=.4,rows|fast.*(probit|hermite|sample))/.test(
      method,
    ),
  );
  for (const [method, cells] of noisy) {
    it(`at rate 0 gives the bits of the network without it: ${method}`, () => {
      for (const cell of cells) {
        const plain = testNetwork('none', cell, sizes, stream);
        const zero = testNetwork(atZero(method), cell, sizes, stream);
        scoped(() => {
          // A test mode that draws gets a stream.
          for (const noise of [
            stream,
            zero.regularizer.modes.test === 'gaussian' ? stream.at(1) : undefined,
          ]) {
            expect(zero.output(noise).toArray()).toEqual(plain.output(undefined).toArray());
          }
        });
      }
    });
  }

  for (const [method, cells] of everyMethod) {
    it(`predicts the same before and after training steps, and trains the same before and after predicting: ${method}`, () => {
      for (const cell of cells) {
        const network = testNetwork(method, cell, sizes, stream);
        const draws = network.regularizer.modes.test === 'gaussian' ? stream : undefined;
        scoped(() => {
          const first = network.output(draws).toArray();
          const trained = network.output(stream).toArray();
          expect(network.output(draws).toArray()).toEqual(first);
          expect(network.output(stream).toArray()).toEqual(trained);
        });
      }
    });
  }

  it('takes another batch size in the next call', () => {
    for (const [method, cells] of everyMethod) {
      for (const cell of cells) {
        const dropout = parseDropout(method);
        if (dropout.modes.train === 'mean') continue;
        const layer = makers[cell]({
          inputSize: 5,
          hiddenSize: 6,
          dropout: {
            ...dropout,
            noise: dropout.noise.filter(({ site, layers }) => site !== 'output' && layers !== 'later'),
          },
        });
        for (const B of [4, 2, 5]) {
          const x = new Tensor([3, B, 5], stream.normals({ site: 'sample' }, 15 * B));
          expect(meanOf(layer.forward(x, undefined, stream).output).shape).toEqual([3, B, 6]);
        }
      }
    }
  });

  it('draws anew at another step and pass, and the same again at the same', () => {
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      const network = testNetwork('variational:input=.3,recurrent=.3', cell, sizes, stream);
      scoped(() => {
        const here = network.output(stream).toArray();
        expect(network.output(stream.at(7)).toArray()).toEqual(here);
        expect(network.output(stream.at(8)).toArray()).not.toEqual(here);
        expect(network.output(stream.at(7, 1)).toArray()).not.toEqual(here);
      });
    }
  });
});

/** Gates held open or shut by large biases; [blocks of H]. */
function withGates(layer: Recurrent, H: number, biases: readonly number[]): Recurrent {
  layer.parameters.weightIn.data.fill(0);
  layer.parameters.weightRec.data.fill(0);
  for (const [gate, bias] of biases.entries())
    layer.parameters.bias.data.fill(bias, gate * H, (gate + 1) * H);
  return layer;
}

describe('what is remembered', () => {
  const [T, B, H] = [12, 3, 20];
  const ones = new Tensor([B, H], zeros([B * H]).data.fill(1));
  const x = zeros([T, B, 1]);
  const OPEN = 60; // logistic(60) is 1 in float32, logistic(-60) 0

  it('of a GRU whose update gate keeps everything stays, whatever mask the recurrent product has (the leak uses the clean state)', () => {
    for (const method of [
      'variational:recurrent=.5',
      'variational:recurrent=.5,gates=untied',
      'standard:recurrent=.5',
      'standard:recurrent=.2,scaling=paper',
      'gaussian:recurrent=.5',
    ]) {
      const layer = withGates(
        gru({ inputSize: 1, hiddenSize: H, dropout: parseDropout(method) }, stream),
        H,
        [0, OPEN, 0],
      );
      for (const noise of [stream, undefined]) {
        const { state } = layer.forward(x, { hidden: ones }, noise);
        expect(new Set(meanOf(state.hidden).toArray())).toEqual(new Set([1]));
      }
    }
  });

  it('by an LSTM whose forget gate keeps everything stays under recurrent dropout of updates and under zoneout', () => {
    for (const method of [
      'semeniuta:update=.5',
      'semeniuta:update=.5,interval=sequence',
      'zoneout:cell=.5,hidden=.3',
    ]) {
      const layer = withGates(
        lstm({ inputSize: 1, hiddenSize: H, dropout: parseDropout(method) }, stream),
        H,
        [-OPEN, OPEN, 0, 0],
      );
      for (const noise of [stream, undefined]) {
        const { state } = layer.forward(x, { hidden: ones, cell: ones }, noise);
        for (const c of meanOf(state.cell!).toArray()) expect(c).toBeCloseTo(1, 6);
      }
    }
  });

  it('by an LSTM under RNNDrop decays as q^t at test, and in training stays as the one mask of the sequence says', () => {
    const layer = withGates(
      lstm({ inputSize: 1, hiddenSize: H, dropout: parseDropout('rnndrop:cell=.25') }, stream),
      H,
      [-OPEN, OPEN, 0, 0],
    );
    const atTest = layer.forward(x, { hidden: ones, cell: ones }).state.cell!;
    for (const c of meanOf(atTest).toArray()) expect(c).toBeCloseTo(0.75 ** T, 6);
    const mask = drawMask(layer.plan, 'cell', stream, { steps: T, batch: B, width: H })!;
    const trained = layer.forward(x, { hidden: ones, cell: ones }, stream).state.cell!;
    expect(meanOf(trained).toArray()).toEqual([...mask.data]);
    expect(new Set(mask.data)).toEqual(new Set([0, 1]));
  });

  it('by zoneout: h is made from the cell state before its own zoneout, and the zoned state is the output', () => {
    const dropout = parseDropout('zoneout:cell=.5');
    const layer = lstm({ inputSize: 1, hiddenSize: H, dropout }, stream);
    const plain = lstm({ inputSize: 1, hiddenSize: H }, stream);
    const one = new Tensor([1, B, 1], stream.normals({ site: 'sample', layer: 4 }, B));
    const state = { hidden: ones, cell: ones };
    const zoned = layer.forward(one, state, stream);
    const base = plain.forward(one, state);
    // With the cell alone zoned out, one step gives the plain output bit for bit, and a cell that is not the plain one.
    expect(meanOf(zoned.output).toArray()).toEqual(meanOf(base.output).toArray());
    const cells = meanOf(zoned.state.cell!).toArray();
    const renewed = meanOf(base.state.cell!).toArray();
    expect(cells.every((c, i) => c === 1 || Math.abs(c - renewed[i]) < 1e-6)).toBe(true);
    expect(cells.filter((c) => c === 1).length).toBeGreaterThan(0);
    expect(cells).not.toEqual(renewed);
  });

  it('by zoneout at test: z times the old plus 1 - z times the new, of h and of c', () => {
    const layer = lstm(
      { inputSize: 1, hiddenSize: H, dropout: parseDropout('zoneout:cell=.5,hidden=.25') },
      stream,
    );
    const plain = lstm({ inputSize: 1, hiddenSize: H }, stream);
    const one = new Tensor([1, B, 1], stream.normals({ site: 'sample', layer: 4 }, B));
    const state = { hidden: ones, cell: ones };
    const zoned = layer.forward(one, state);
    const base = plain.forward(one, state);
    const [h, c] = [meanOf(base.state.hidden), meanOf(base.state.cell!)];
    for (let i = 0; i < B * H; i++) {
      expect(meanOf(zoned.state.hidden).data[i]).toBeCloseTo(0.25 + 0.75 * h.data[i], 6);
      expect(meanOf(zoned.state.cell!).data[i]).toBeCloseTo(0.5 + 0.5 * c.data[i], 6);
    }
  });
});

describe('dropped weights', () => {
  const H = 9;
  for (const cell of ['rnn', 'lstm', 'gru'] as const) {
    it(`of the ${cell} get no gradient, kept ones 1/q of theirs, and the raw weights stay as they were`, () => {
      const dropout = parseDropout('awd:weight=.5');
      const layer = makers[cell]({ inputSize: 3, hiddenSize: H, dropout });
      const { weightRec } = layer.parameters;
      const raw = weightRec.toArray();
      const x = new Tensor([2, 2, 3], stream.normals({ site: 'sample', layer: 5 }, 12));
      const h0 = new Tensor([2, H], stream.normals({ site: 'sample', layer: 6 }, 2 * H));
      const state = { hidden: h0, cell: cell === 'lstm' ? h0 : undefined };
      const mask = drawMask(layer.plan, 'weight', stream, {
        steps: 1,
        batch: 2,
        width: weightRec.size,
        columns: weightRec.shape[1],
      })!;
      scoped(() => {
        const loss = () => {
          const output = layer.forward(x, state, stream).output as Tensor;
          return sum(mul(output, output));
        };
        const [dropped] = gradients([weightRec], loss).gradients;
        expect(weightRec.toArray()).toEqual(raw);
        // The same network with the masked matrix as its weights: its gradient is that of a kept weight, unscaled.
        const masked = makers[cell]({ inputSize: 3, hiddenSize: H });
        for (const [name, tensor] of Object.entries(layer.parameters)) {
          masked.parameters[name as 'weightIn'].data.set(tensor.data);
        }
        masked.parameters.weightRec.data.set(raw.map((w, i) => w * mask.data[i]));
        const [kept] = gradients([masked.parameters.weightRec], () => {
          const output = masked.forward(x, state).output as Tensor;
          return sum(mul(output, output));
        }).gradients;
        dropped.data.forEach((slope: number, i: number) => {
          if (mask.data[i] === 0) expect(Math.abs(slope)).toBe(0);
          else expect(slope).toBeCloseTo(2 * kept.data[i], 4);
        });
        expect(dropped.data.some((slope: number) => slope !== 0)).toBe(true);
      });
    });
  }
});

describe('expectations', () => {
  /** Units of a linear cell: identity activation, one step. */
  const mean = (method: string, samples: number): { mean: number[]; error: number[]; test: number[] } => {
    const options = { inputSize: 6, hiddenSize: 4, activation: 'identity' as const };
    const layer = rnn({ ...options, dropout: parseDropout(method) }, stream);
    const x = new Tensor([1, 1, 6], stream.normals({ site: 'sample', layer: 11 }, 6));
    const h0 = new Tensor([1, 4], stream.normals({ site: 'sample', layer: 12 }, 4));
    const sums = [0, 0, 0, 0];
    const squares = [0, 0, 0, 0];
    for (let s = 0; s < samples; s++) {
      scoped(() => {
        const { output } = layer.forward(x, { hidden: h0 }, stream.at(s));
        meanOf(output).data.forEach((y: number, j: number) => {
          sums[j] += y;
          squares[j] += y * y;
        });
      });
    }
    const means = sums.map((total) => total / samples);
    const error = squares.map((total, j) =>
      Math.sqrt(Math.max(0, total / samples - means[j] ** 2) / samples),
    );
    return { mean: means, error, test: meanOf(layer.forward(x, { hidden: h0 }).output).toArray() };
  };

  for (const method of [
    'standard:input=.3,recurrent=.4,output=.2',
    'standard:input=.3,recurrent=.4,output=.2,scaling=paper',
    'variational:input=.3,recurrent=.4,output=.2',
    'awd:weight=.4,input=.3,output=.2',
    'dropconnect:weight=.4,weightIn=.3,inference=mean',
    'gaussian:input=.3,recurrent=.4,output=.2',
    'rnndrop:cell=.3',
    'zoneout:hidden=.3',
  ]) {
    it(`the mean of 10,000 draws of a linear cell is the network at test within 3.5 standard errors: ${method}`, () => {
      const { mean: sampled, error, test } = mean(method, 10_000);
      sampled.forEach((m, j) => {
        expect(Math.abs(m - test[j])).toBeLessThan(3.5 * error[j] + 1e-6);
      });
    });
  }
});
