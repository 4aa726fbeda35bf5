/**
 * Every method on every cell, through 50 steps, against central differences in float64. Noise is replayed from
 * one stream, so that the loss is a function of the parameters alone.
 */
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/check.ts';
import { NoiseStream } from '../random/stream.ts';
import { dtype } from '../tensor/dtype.ts';
import { everyMethod, testNetwork } from './every-method.suite.ts';

const sizes = { T: 50, B: 2, I: 3, H: 4, K: 2 };

describe.skipIf(dtype !== 'f64')('gradients through 50 steps (float64 only: set LETHE_DTYPE=f64)', () => {
  for (const [method, cells] of everyMethod) {
    for (const cell of cells) {
      it(`${method} on ${cell} agree with central differences`, () => {
        const stream = new NoiseStream(17, 3);
        const { parameters, loss } = testNetwork(method, cell, sizes, stream);
        // Some slopes are 5e-6 of the loss: a larger step than usual keeps the rounding of the loss out of them.
        const { worst } = checkGradients(parameters, () => loss(stream), { directions: 1, epsilon: 3e-4 });
        expect(worst).toBeLessThan(1e-6);
      });
    }
  }

  it('fast dropout of sigmoid, relu-free and identity units agree as well', () => {
    for (const activation of ['sigmoid', 'identity'] as const) {
      const stream = new NoiseStream(19, 3);
      const network = testNetwork('fast:input=.2,recurrent=.3', 'rnn', sizes, stream, { activation });
      const { worst } = checkGradients(network.parameters, () => network.loss(stream), { directions: 1 });
      expect(worst).toBeLessThan(1e-6);
    }
  });

  it('a GRU with the reset gate in front of the product agrees, plain and with masks', () => {
    for (const method of ['none', 'variational:input=.2,recurrent=.3,gates=untied', 'semeniuta:update=.3']) {
      const stream = new NoiseStream(23, 3);
      const network = testNetwork(method, 'gru', sizes, stream, { resetAfter: false });
      const { worst } = checkGradients(network.parameters, () => network.loss(stream), { directions: 1 });
      expect(worst).toBeLessThan(1e-6);
    }
  });

  it('a bidirectional stack agrees, plain, with masks and with fast dropout', () => {
    for (const method of ['none', 'variational:input=.2,recurrent=.3,output=.4', 'fast:recurrent=.3']) {
      for (const cell of ['rnn', 'lstm', 'gru'] as const) {
        const stream = new NoiseStream(29, 3);
        const network = testNetwork(method, cell, sizes, stream, { bidirectional: true });
        const { worst } = checkGradients(network.parameters, () => network.loss(stream), { directions: 1 });
        expect(worst).toBeLessThan(1e-6);
      }
    }
  });
});
