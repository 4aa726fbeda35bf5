/** Conformance of the Bernoulli likelihood, of the squared error and of the optimiser updates. */
import { describe, expect, it } from 'vitest';
import { portable } from '../portable/index.ts';
import * as oracle from './oracle.suite.ts';
import {
  dot,
  engineCopy,
  expectClose,
  expectDirectional,
  expectFields,
  GRADIENT,
  Numbers,
  OUTPUT,
  type Suite,
  unset,
} from './support.suite.ts';

/** What the losses of M rows of K are given with and without a variance and a step mask, and where the other numbers come from. */
function rowLosses(M: number, K: number) {
  return [false, true].flatMap((withVariance) =>
    [false, true].map((withMask) => {
      const numbers = new Numbers(M);
      return {
        ...{ numbers, M, K, scale: 0.25 },
        variance: withVariance ? numbers.uniform(M * K, 0, 3) : undefined,
        stepMask: withMask ? numbers.bits(M, 0.6) : undefined,
        rowLoss: unset(M),
        dVariance: withVariance ? numbers.normal(M * K) : undefined,
      };
    }),
  );
}

function bernoulliSuite({ newKernels }: Suite): void {
  describe('the Bernoulli likelihood', () => {
    for (const [M, K] of [
      [1, 1],
      [3, 7],
      [5, 88],
      [37, 50],
      [130, 17],
    ]) {
      it(`is right with and without variance and step mask at [M, K] = [${[M, K]}]`, () => {
        const kernels = newKernels();
        for (const { numbers, ...given } of rowLosses(M, K)) {
          const p = {
            ...given,
            logits: numbers.normal(M * K, 2),
            targets: numbers.bits(M * K, 0.3),
            dLogits: numbers.normal(M * K),
          };
          const before = structuredClone(p);
          const copy = engineCopy(p);
          portable.bernoulliNllForward(p);
          portable.bernoulliNllBackward(p);
          kernels.bernoulliNllForward(copy.p);
          kernels.bernoulliNllBackward(copy.p);
          copy.expectGuards();
          expectClose(copy.p.rowLoss, oracle.bernoulli(p), OUTPUT, 'rowLoss');
          expectFields(copy.p, p, ['dLogits', 'dVariance'], GRADIENT);
          if (kernels.engine !== 'portable') continue;
          const inputs = [{ value: p.logits, gradient: p.dLogits, before: before.dLogits }];
          if (p.variance) {
            inputs.push({ value: p.variance, gradient: p.dVariance!, before: before.dVariance! });
          }
          const ones = new Float64Array(M).fill(p.scale);
          expectDirectional(inputs, () => dot(oracle.bernoulli(p), ones));
        }
      });
    }

    it('loses nothing at large logits', () => {
      // softplus(z) - y z: at z = 200, 200 for y = 0 and e^-200 = 0 for y = 1; at z = -200 the other way round.
      const p = {
        M: 4,
        K: 1,
        logits: Float32Array.of(200, 200, -200, -200),
        targets: Float32Array.of(0, 1, 0, 1),
        rowLoss: new Float32Array(4),
        dLogits: new Float32Array(4),
        scale: 1,
      };
      newKernels().bernoulliNllForward(p);
      newKernels().bernoulliNllBackward(p);
      expectClose(p.rowLoss, [200, 0, 0, 200], 1e-6, 'rowLoss');
      expectClose(p.dLogits, [1, 0, 0, -1], 1e-6, 'dLogits');
    });

    it('overwrites fresh gradients in full, rows that do not count included', () => {
      const values = (seed: number) => Float32Array.from({ length: 3 * 37 }, (_, i) => Math.sin(seed + i));
      const variance = values(2).map(Math.abs);
      const shared = { M: 3, K: 37, logits: values(1), variance, targets: values(3), scale: 0.5 };
      const stepMask = Float32Array.of(1, 0, 1);
      const gradients = (fill: number) => ({
        dLogits: new Float32Array(111).fill(fill),
        dVariance: new Float32Array(111).fill(fill),
      });
      const added = gradients(0);
      const fresh = gradients(Number.NaN);
      newKernels().bernoulliNllBackward({ ...shared, ...added, stepMask });
      newKernels().bernoulliNllBackward({ ...shared, ...fresh, stepMask, fresh: true });
      for (const name of ['dLogits', 'dVariance'] as const) expectClose(fresh[name], added[name], 1e-7, name);
    });

    it('does nothing for no rows', () => {
      const none = new Float32Array(0);
      const p = { M: 0, K: 5, logits: none, targets: none, rowLoss: none, dLogits: none, scale: 1 };
      expect(() => newKernels().bernoulliNllForward(p)).not.toThrow();
      expect(() => newKernels().bernoulliNllBackward(p)).not.toThrow();
    });
  });
}

function squaredErrorSuite({ newKernels }: Suite): void {
  describe('the squared error', () => {
    for (const [M, K] of [
      [1, 1],
      [5, 7],
      [37, 50],
      [331, 97],
    ]) {
      it(`is right with and without variance and step mask at [M, K] = [${[M, K]}]`, () => {
        const kernels = newKernels();
        for (const { numbers, ...given } of rowLosses(M, K)) {
          const p = {
            ...given,
            mean: numbers.normal(M * K, 2),
            targets: numbers.normal(M * K),
            dMean: numbers.normal(M * K),
          };
          const before = structuredClone(p);
          const copy = engineCopy(p);
          portable.squaredErrorForward(p);
          portable.squaredErrorBackward(p);
          kernels.squaredErrorForward(copy.p);
          kernels.squaredErrorBackward(copy.p);
          copy.expectGuards();
          expectClose(copy.p.rowLoss, oracle.squaredError(p), OUTPUT, 'rowLoss');
          expectFields(copy.p, p, ['dMean', 'dVariance'], GRADIENT);
          if (kernels.engine !== 'portable') continue;
          const inputs = [{ value: p.mean, gradient: p.dMean, before: before.dMean }];
          if (p.variance) {
            inputs.push({ value: p.variance, gradient: p.dVariance!, before: before.dVariance! });
          }
          const ones = new Float64Array(M).fill(p.scale);
          expectDirectional(inputs, () => dot(oracle.squaredError(p), ones));
        }
      });
    }

    it('overwrites fresh gradients in full, rows that do not count included, and reads nothing of those', () => {
      // (1 - 3)² + 2² = 8 and its slopes 2 (3 - 1), 2 (2 - 0); the second row does not count
      const p = {
        M: 2,
        K: 2,
        mean: Float32Array.of(3, 2, Number.NaN, Number.NaN),
        targets: Float32Array.of(1, 0, Number.NaN, 1),
        stepMask: Float32Array.of(1, 0),
        rowLoss: new Float32Array(2).fill(Number.NaN),
        dMean: new Float32Array(4).fill(Number.NaN),
        scale: 1,
        fresh: true,
      };
      newKernels().squaredErrorForward(p);
      newKernels().squaredErrorBackward(p);
      expect([...p.rowLoss]).toEqual([8, 0]);
      expect([...p.dMean]).toEqual([4, 4, 0, 0]);
    });
  });
}

const LENGTHS = [1, 0, 37, 3, 400];

function tensors(numbers: Numbers, make: (length: number) => Float64Array = (n) => numbers.normal(n)) {
  return LENGTHS.map(make);
}

/** Applies `scalar` to each element: the update's equations with the state of that element. */
function forEachElement(
  arrays: readonly (readonly Float64Array[])[],
  scalar: (at: number[]) => number[],
): void {
  for (let k = 0; k < LENGTHS.length; k++) {
    for (let i = 0; i < LENGTHS[k]; i++) {
      const values = scalar(arrays.map((list) => list[k][i]));
      for (const [slot, value] of values.entries()) arrays[slot][k][i] = value;
    }
  }
}

function optimizerSuite({ newKernels }: Suite): void {
  describe('the optimisers', () => {
    const compare = (got: readonly ArrayLike<number>[], expected: readonly Float64Array[], what: string) => {
      for (let k = 0; k < expected.length; k++) expectClose(got[k], expected[k], OUTPUT, `${what} ${k}`);
    };

    for (const momentum of [0, 0.9]) {
      it(`step down the gradient with momentum ${momentum}`, () => {
        const numbers = new Numbers(1);
        const [w, g] = [tensors(numbers), tensors(numbers)];
        const u = momentum > 0 ? tensors(numbers) : undefined;
        const p = { gradScale: 0.5, lr: 0.1, weightDecay: 0.01, momentum, velocities: u };
        const copy = engineCopy({ ...p, parameters: w, gradients: g });
        newKernels().sgd(copy.p);
        copy.expectGuards();
        forEachElement(u ? [w, u, g] : [w, g, g], ([w0, u0, g0]) => {
          const step = (u ? momentum * u0 : 0) + 0.5 * g0 + 0.01 * w0;
          return u ? [w0 - 0.1 * step, step] : [w0 - 0.1 * step];
        });
        compare(copy.p.parameters, w, 'parameter');
        if (u) compare(copy.p.velocities!, u, 'velocity');
      });
    }

    it('follow rmsprop with Nesterov momentum', () => {
      const numbers = new Numbers(2);
      const [w, v, g] = [tensors(numbers), tensors(numbers, (n) => numbers.normal(n, 0.1)), tensors(numbers)];
      const r = tensors(numbers, (n) => numbers.uniform(n, 0.1, 1));
      const p = {
        gradScale: 0.5,
        stepRate: 0.01,
        momentum: 0.9,
        decay: 0.8,
        epsilon: 1e-8,
        weightDecay: 0.02,
      };
      const state = { parameters: w, gradients: g, meanSquares: r, velocities: v };
      const copy = engineCopy({ ...p, ...state });
      newKernels().rmsprop(copy.p);
      copy.expectGuards();
      forEachElement([w, r, v, g], ([w0, r0, v0, g0]) => {
        const gradient = 0.5 * g0 + 0.02 * w0;
        const square = 0.8 * r0 + 0.2 * gradient ** 2;
        const s = (0.01 * gradient) / Math.sqrt(square + 1e-8);
        const velocity = 0.9 * v0 + s;
        return [w0 - (s + 0.9 * velocity), square, velocity];
      });
      compare(copy.p.parameters, w, 'parameter');
      compare(copy.p.meanSquares, r, 'mean square');
      compare(copy.p.velocities, v, 'velocity');
    });

    for (const decoupled of [false, true]) {
      it(`follow ${decoupled ? 'AdamW' : 'Adam'} with bias correction`, () => {
        for (const step of [1, 2, 1000]) {
          const numbers = new Numbers(3);
          const [w, g] = [tensors(numbers), tensors(numbers)];
          const m = tensors(numbers, (n) => (step === 1 ? new Float64Array(n) : numbers.normal(n)));
          const v = tensors(numbers, (n) => (step === 1 ? new Float64Array(n) : numbers.uniform(n, 0.5, 1)));
          const p = { gradScale: 2, lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
          const state = { parameters: w, gradients: g, firstMoments: m, secondMoments: v };
          const copy = engineCopy({ ...p, ...state, decoupled, step });
          newKernels().adam(copy.p);
          copy.expectGuards();
          forEachElement([w, m, v, g], ([w0, m0, v0, g0]) => {
            const gradient = 2 * g0 + (decoupled ? 0 : 0.1 * w0);
            const first = 0.9 * m0 + 0.1 * gradient;
            const second = 0.999 * v0 + 0.001 * gradient ** 2;
            const rate = first / (1 - 0.9 ** step) / (Math.sqrt(second / (1 - 0.999 ** step)) + 1e-8);
            return [(decoupled ? w0 * (1 - 0.001) : w0) - 0.01 * rate, first, second];
          });
          compare(copy.p.parameters, w, 'parameter');
          compare(copy.p.firstMoments, m, 'first moment');
          compare(copy.p.secondMoments, v, 'second moment');
        }
      });
    }

    it('sum squares in float64', () => {
      const kernels = newKernels();
      // 2^24 + 1 is the first whole number that float32 cannot hold.
      expect(kernels.sumSquares([Float32Array.of(4096), new Float32Array(0), Float32Array.of(1)])).toBe(
        2 ** 24 + 1,
      );
      expect(kernels.sumSquares([])).toBe(0);
      expect(kernels.sumSquares([Float32Array.of(1, Number.NaN)])).toBeNaN();
      const { p } = engineCopy({ arrays: tensors(new Numbers(4)) });
      const expected = p.arrays.reduce((sum, array) => sum + dot(array, array), 0);
      expectClose([kernels.sumSquares(p.arrays)], [expected], 1e-12, 'sum of squares');
    });
  });
}

function differencesSuite({ newKernels }: Suite): void {
  describe('sums of differences and masks', () => {
    for (const n of [1, 37, 9000, 70001]) {
      it(`of ${n} elements, arrays that overlap among them`, () => {
        const kernels = newKernels();
        const numbers = new Numbers(n);
        const { p } = engineCopy({ h: numbers.normal(n + 3), target: numbers.normal(n) });
        const [a, b] = [p.h.subarray(3), p.h.subarray(0, n)];
        const before = Float64Array.from(p.target);
        const differences = Float64Array.from(b, (x, i) => a[i] - x);
        const distance = kernels.squaredDistance({ n, a, b });
        expectClose([distance], [dot(differences, differences)], 1e-6, 'squared distance');
        kernels.addDifference({ n, a, b, factor: -0.25, target: p.target });
        kernels.addDifference({ n, a, factor: 0.5, target: p.target });
        const expected = before.map((x, i) => x - 0.25 * differences[i] + 0.5 * a[i]);
        expectClose(p.target, expected, 1e-6, 'sum of differences');
      });
    }

    for (const [sharing, time, batch] of [
      ['of their own', 5 * 37, 37],
      ['held over time', 0, 37],
      ['shared by all', 0, 0],
    ] as const) {
      it(`adds rows under masks ${sharing}`, () => {
        const [T, B, n] = [4, 5, 37];
        const numbers = new Numbers(9);
        const size = T * B * n;
        const mask = { data: numbers.normal(size), gate: 0, time, batch };
        const { p } = engineCopy({
          T,
          B,
          n,
          source: numbers.normal(size),
          mask,
          target: numbers.normal(size),
        });
        const expected = Float64Array.from(p.target, (x, i) => {
          const [row, j] = [Math.floor(i / n), i % n];
          return x + p.source[i] * p.mask.data[Math.floor(row / B) * time + (row % B) * batch + j];
        });
        newKernels().addMasked(p);
        expectClose(p.target, expected, 1e-6, 'target');
      });
    }
  });
}

function rowsSuite({ newKernels }: Suite): void {
  describe('rows of a table', () => {
    for (const [M, n, V] of [
      [1, 1, 1],
      [37, 50, 20],
      [300, 130, 1000],
    ]) {
      for (const withFactors of [false, true]) {
        it(`are read and added to by number${withFactors ? ', with factors' : ''}, [M, n, V] = [${[M, n, V]}]`, () => {
          const numbers = new Numbers(61);
          const p = {
            M,
            n,
            V,
            // Numbers repeat.
            numbers: Int32Array.from({ length: M }, (_, m) => (m * 7) % Math.ceil(V / 2)),
            factors: withFactors ? numbers.normal(M) : undefined,
            table: numbers.normal(V * n),
            rows: unset(M * n),
          };
          const factor = (m: number) => p.factors?.[m] ?? 1;
          const copy = engineCopy(p);
          newKernels().gatherRows(copy.p);
          copy.expectGuards();
          const rows = p.rows.map((_, i) => {
            const m = Math.floor(i / n);
            return factor(m) * p.table[p.numbers[m] * n + (i % n)];
          });
          expectClose(copy.p.rows, rows, 1e-6, 'rows');
          newKernels().scatterRows(copy.p);
          copy.expectGuards();
          const table = p.table.slice();
          for (let i = 0; i < M * n; i++) {
            const m = Math.floor(i / n);
            table[p.numbers[m] * n + (i % n)] += factor(m) * rows[i];
          }
          expectClose(copy.p.table, table, 1e-5, 'table');
        });
      }
    }
  });
}

function stepSumsSuite({ newKernels }: Suite): void {
  describe('sums over steps', () => {
    for (const [T, B, n] of [
      [1, 1, 1],
      [5, 3, 37],
      [90, 17, 50],
    ]) {
      for (const withLengths of [false, true]) {
        const what = withLengths ? 'the steps that count, with factors' : 'all steps';
        it(`are of ${what}, and are added to them, [T, B, n] = [${[T, B, n]}]`, () => {
          const numbers = new Numbers(71);
          const start = Int32Array.from({ length: B }, (_, b) => b % 2);
          const stop = Int32Array.from({ length: B }, (_, b) => (b === 1 ? 0 : T - ((b * 7) % T)));
          const p = {
            ...{ T, B, n, ...(withLengths ? { start, stop, factors: numbers.normal(B) } : {}) },
            steps: numbers.normal(T * B * n),
            sums: unset(B * n),
          };
          const factor = (b: number) => p.factors?.[b] ?? 1;
          const isActive = (t: number, b: number) => !withLengths || (t >= start[b] && t < stop[b]);
          const copy = engineCopy(p);
          newKernels().sumSteps(copy.p);
          copy.expectGuards();
          const sums = new Float64Array(B * n);
          const steps = p.steps.slice();
          const each = (f: (step: number, sum: number, b: number) => void) => {
            for (let i = 0; i < T * B * n; i++) {
              const [t, b] = [Math.floor(i / (B * n)), Math.floor(i / n) % B];
              if (isActive(t, b)) f(i, b * n + (i % n), b);
            }
          };
          each((step, sum, b) => {
            sums[sum] += factor(b) * p.steps[step];
          });
          expectClose(copy.p.sums, sums, 2e-6, 'sums');
          newKernels().addToSteps(copy.p);
          copy.expectGuards();
          each((step, sum, b) => {
            steps[step] += factor(b) * sums[sum];
          });
          expectClose(copy.p.steps, steps, 2e-6, 'steps');
        });
      }
    }
  });
}

export function lossSuite(suite: Suite): void {
  rowsSuite(suite);
  stepSumsSuite(suite);
  differencesSuite(suite);
  bernoulliSuite(suite);
  squaredErrorSuite(suite);
  optimizerSuite(suite);
}
