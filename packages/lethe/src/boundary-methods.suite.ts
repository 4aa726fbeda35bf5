/** A right call of every method of what the library makes. */

import * as lethe from './boundary-exports.suite.ts';
import { layerOptions, matrix, row, sequence, stream } from './boundary-values.suite.ts';

const cells = { rnn: lethe.rnn, deepRnn: lethe.deepRnn, lstm: lethe.lstm, gru: lethe.gru };
const optimizers = {
  sgd: lethe.sgd,
  rmsprop: lethe.rmsprop,
  ntAsgd: lethe.ntAsgd,
  adam: lethe.adam,
  adamw: lethe.adamw,
};

/** Methods of what the library makes. */
export const rightMethods: Record<string, () => { call: (...given: unknown[]) => unknown; args: unknown[] }> =
  {
    ...Object.fromEntries(
      (['rnn', 'deepRnn', 'lstm', 'gru'] as const).map((name) => [
        `${name}.forward`,
        () => {
          const layer = cells[name](layerOptions(), stream);
          const { state } = layer.forward(sequence());
          const steps = { start: Int32Array.of(0), stop: Int32Array.of(3) };
          return {
            call: (...given) => layer.forward(...(given as [lethe.Tensor])),
            args: [sequence(), state, stream, steps],
          };
        },
      ]),
    ),
    'fast.forward': () => {
      const layer = lethe.lstm({ ...layerOptions(), dropout: lethe.fast({ input: 0.5 }) }, stream);
      const { state } = layer.forward(sequence());
      return {
        call: (...given) => layer.forward(...(given as [lethe.Tensor])),
        args: [sequence(), state, stream, {}],
      };
    },
    'stack.forward': () => {
      const stack = lethe.recurrentStack(
        { cell: 'gru', inputSize: 2, hiddenSizes: [2, 2], bidirectional: true },
        stream,
      );
      const { state } = stack.forward(sequence());
      return {
        call: (...given) => stack.forward(...(given as [lethe.Tensor])),
        args: [sequence(), state, stream, {}],
      };
    },
    'linear.forward': () => {
      const layer = lethe.linear({ inputSize: 2, outputSize: 3 }, stream);
      return {
        call: (...given) => layer.forward(...(given as [lethe.Tensor])),
        args: [sequence(), stream, {}],
      };
    },
    'embedding.forward': () => {
      const layer = lethe.embedding({ vocabulary: 3, size: 2 }, stream);
      return {
        call: (...given) => layer.forward(...(given as [Int32Array, number])),
        args: [Int32Array.of(0, 1), 1, stream],
      };
    },
    ...Object.fromEntries(
      (['uniforms', 'normals', 'permutation', 'address'] as const).map((name) => [
        `stream.${name}`,
        () => ({
          call: (...given) => (stream[name] as (...given: unknown[]) => unknown)(...given),
          args:
            name === 'address'
              ? [{ site: 'sample' }]
              : [{ site: 'sample' }, 3, 0, 1].slice(0, name === 'permutation' ? 2 : 4),
        }),
      ]),
    ),
    'attention.memory': () => {
      const layer = lethe.attention({ querySize: 2, memorySize: 2 }, stream);
      return {
        call: (...given) => layer.memory(...(given as [lethe.Tensor])),
        args: [sequence(), Int32Array.of(2)],
      };
    },
    'attention.forward': () => {
      const layer = lethe.attention({ querySize: 2, memorySize: 2 }, stream);
      return {
        call: (...given) => layer.forward(...(given as [lethe.Tensor, lethe.AttentionMemory])),
        args: [sequence(), layer.memory(sequence())],
      };
    },
    'subwords.encode': () => {
      const subwords = lethe.learnSubwords(new Map([['ab', 3]]));
      return {
        call: (...given) => subwords.encode(...(given as [string])),
        args: ['ab', { dropout: 0.5, noise: stream }],
      };
    },
    'subwords.decode': () => {
      const subwords = lethe.learnSubwords(new Map([['ab', 3]]));
      return { call: (...given) => subwords.decode(...(given as [number[]])), args: [[3]] };
    },
    'stream.at': () => ({ call: (...given) => stream.at(...(given as [number])), args: [1, 1] }),
    'tensor.view': () => ({ call: (...given) => matrix().view(...(given as [number[]])), args: [[2], 1] }),
    ...Object.fromEntries(
      (['sgd', 'rmsprop', 'ntAsgd', 'adam', 'adamw'] as const).flatMap((name) => {
        const options = { stepRate: 0.1, ...(name === 'sgd' || name === 'rmsprop' ? { momentum: 0.5 } : {}) };
        const make = () => optimizers[name]({ w: row() }, options);
        return [
          [
            `${name}.update`,
            () => ({
              call: (...given) => make().update(...(given as [lethe.Real[]])),
              args: [[new Float32Array(2)], 1, 1, ...(name === 'ntAsgd' ? [] : [0.5])],
            }),
          ],
          [
            `${name}.evaluate`,
            () => ({ call: (...given) => make().evaluate(...(given as [() => 1])), args: [() => 1] }),
          ],
          [
            `${name}.restore`,
            () => ({
              call: (...given) => make().restore(...(given as [lethe.OptimizerState])),
              args: [make().state()],
            }),
          ],
        ] as [string, () => { call: (...given: unknown[]) => unknown; args: unknown[] }][];
      }),
    ),
  };
