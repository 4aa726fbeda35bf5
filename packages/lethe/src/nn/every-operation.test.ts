/**
 * Every backward function of the library, in hostile surroundings: inside further scratch scopes, with memory that turns to
 * NaN when it is handed back, and with one tensor for several arguments.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkGradients } from '../autograd/check.ts';
import { add, mul } from '../autograd/ops/arithmetic.ts';
import { sum } from '../autograd/ops/reduce.ts';
import { gradients } from '../autograd/tape.ts';
import { linearMoments } from '../moments/linear.ts';
import { NoiseStream } from '../random/stream.ts';
import { allocate, poisonScratch, scoped } from '../tensor/scratch.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { everyMethod, testNetwork } from './every-method.suite.ts';
import { everyOperation } from './every-operation.suite.ts';
import { squaredError } from './losses/losses.ts';

/** Whether backward functions run inside two scopes more; and, while it is looked for, where one is recorded: file and line of the caller. */
const watch = vi.hoisted(() => ({ nests: false, recorded: undefined as Set<string> | undefined }));

vi.mock('../autograd/tape.ts', async (original) => {
  const actual = await original<typeof import('../autograd/tape.ts')>();
  const nested = (backward: () => void) => () => {
    if (!watch.nests) return backward();
    scoped(() => {
      allocate(1000);
      scoped(backward);
    });
  };
  return {
    ...actual,
    recordOperation: (output: Tensor, inputs: Tensor[], backward: () => void) => {
      if (watch.recorded) {
        const caller = new Error()
          .stack!.split('\n')
          .find((line, i) => i > 1 && !line.includes('every-operation.test'));
        watch.recorded.add(caller!.replace(/.*\/src\//, '').replace(/[)?].*/, ''));
      }
      actual.recordOperation(output, inputs, nested(backward));
    },
  };
});

afterEach(() => {
  watch.nests = false;
  watch.recorded = undefined;
  poisonScratch(false);
});

/** The outputs of an operation as one number, weighted so that every element has a slope of its own. */
function total(outputs: Tensor | readonly Tensor[]): Tensor {
  const all = Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor];
  return all
    .map((output) => {
      const weights = new Tensor(output.shape, allocate(output.size));
      for (let i = 0; i < output.size; i++) weights.data[i] = 0.3 + ((i * 7) % 5) / 10;
      return sum(mul(output, mul(output, weights)));
    })
    .reduce((a, b) => add(a, b));
}

const arrays = (slopes: readonly Tensor[]) => slopes.map((slope) => slope.toArray());

describe('every backward function', () => {
  describe('inside further scopes, with memory that turns to NaN when it is handed back', () => {
    beforeEach(() => poisonScratch(true));

    for (const [name, { inputs, f }] of Object.entries(everyOperation)) {
      it(`has the gradients that it has outside: ${name}`, () => {
        const loss = () => total(f(...inputs));
        poisonScratch(false);
        const outside = gradients(inputs, loss);
        poisonScratch(true);
        watch.nests = true;
        scoped(() => {
          const inside = gradients(inputs, loss);
          // The steps after it take scratch as well, of which nothing may be a gradient.
          scoped(() => allocate(100_000).fill(7));
          expect(inside.loss).toBe(outside.loss);
          expect(arrays(inside.gradients)).toEqual(arrays(outside.gradients));
        });
        const { comparisons } = checkGradients(inputs, loss);
        const largest = Math.max(...comparisons.map(({ difference }) => Math.abs(difference)));
        for (const { parameter, tape, difference } of comparisons) {
          expect(Math.abs(tape - difference), `input ${parameter}`).toBeLessThan(0.01 * largest);
        }
      });
    }

    for (const [dropout, cells] of everyMethod) {
      it(`has them in a network with ${dropout}`, () => {
        for (const cell of cells) {
          const sizes = { T: 4, B: 3, I: 3, H: 4, K: 2 };
          const stream = new NoiseStream(5);
          const network = testNetwork(dropout, cell, sizes, stream, { bidirectional: true });
          const loss = () => network.loss(stream.at(3));
          const outside = gradients(network.parameters, loss);
          watch.nests = true;
          scoped(() => {
            const inside = gradients(network.parameters, loss);
            expect(arrays(inside.gradients)).toEqual(arrays(outside.gradients));
            expect(inside.gradients.every(({ data }) => data.every(Number.isFinite))).toBe(true);
          });
          watch.nests = false;
        }
      });
    }
  });

  describe('with one tensor for two arguments', () => {
    for (const [name, { inputs, f }] of Object.entries(everyOperation)) {
      const pairs = inputs.flatMap((a, i) =>
        inputs.flatMap((b, j) => (j > i && a.shape.join() === b.shape.join() ? [[i, j]] : [])),
      );
      if (pairs.length === 0) continue;
      it(`gives it the sum of both gradients: ${name}`, () => {
        for (const [i, j] of pairs) {
          // The oracle: another tensor with the same numbers in the second place.
          const apart = inputs.map((input, at) =>
            at === j ? new Tensor(input.shape, inputs[i].data.slice()) : input,
          );
          const together = apart.map((input, at) => (at === j ? apart[i] : input));
          const two = gradients(apart, () => total(f(...apart)));
          const one = gradients(together, () => total(f(...together)));
          expect(one.loss).toBe(two.loss);
          for (const [at, slope] of one.gradients.entries()) {
            const [first, second] = [two.gradients[i].data, two.gradients[j].data];
            const expected =
              at === i || at === j
                ? first.map((d: number, k: number) => d + second[k])
                : two.gradients[at].data;
            const size = Math.max(...expected.map(Math.abs));
            slope.data.forEach((value: number, k: number) => {
              expect(Math.abs(value - expected[k]), `${name} ${i} ${j}: element ${k} of ${at}`).toBeLessThan(
                1e-5 * size + 1e-7,
              );
            });
          }
        }
      });
    }

    it('gives mean and variance of a linear map [8, 32] a row', () => {
      // sum(mean) + sum(variance) of x W with W = [[1, 2], [3, 4]], x its own variance: sum_j W_ij + sum_j W_ij² = 3 + 5, 7 + 25.
      const x = tensor([
        [1, 2],
        [3, 4],
      ]);
      const run = gradients([x], () => {
        const { mean, variance } = linearMoments({ mean: x, variance: x }, x, tensor([0, 0]));
        return add(sum(mean), sum(variance));
      });
      expect(run.loss).toBe(7 + 15 + 10 + 22 + (1 + 18 + 4 + 32) + (3 + 36 + 12 + 64));
      const w = tensor(x.toArray(), [2, 2]);
      const apart = gradients([x], () => {
        const { mean, variance } = linearMoments({ mean: x, variance: x }, w, tensor([0, 0]));
        return add(sum(mean), sum(variance));
      });
      expect(apart.gradients[0].toArray()).toEqual([8, 32, 8, 32]);
    });

    it('gives mean and variance of a squared error 2 (x - t) + 1', () => {
      const x = tensor([[1, 4]]);
      const run = gradients([x], () => squaredError({ mean: x, variance: x }, tensor([[3, 3]])).loss);
      expect(run.gradients[0].toArray()).toEqual([-3, 3]);
    });
  });

  // Mutation testing rewrites the sources whose calls are counted here.
  it.skipIf(process.env.LETHE_ROOM)('is among those tried above, wherever an operation is recorded', () => {
    const recorded = new Set<string>();
    watch.recorded = recorded;
    for (const { inputs, f } of Object.values(everyOperation)) gradients(inputs, () => total(f(...inputs)));
    const src = join(import.meta.dirname, '..');
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file) && !file.endsWith('tape.ts'),
    );
    const calls = files.map((file) => [
      file,
      readFileSync(join(src, file), 'utf8').match(/\brecordOperation\(/g)?.length ?? 0,
    ]);
    const tried = [...recorded].map((place) => place.split(':')[0]);
    const counts = calls.map(([file]) => [file, tried.filter((one) => one === file).length]);
    expect(Object.fromEntries(counts.filter(([, count]) => count))).toEqual(
      Object.fromEntries(calls.filter(([, count]) => count)),
    );
  });
});
