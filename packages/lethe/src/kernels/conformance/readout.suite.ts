/** Conformance of readouts over many classes: the loss and its gradients in one pass. */
import { describe, expect, it } from 'vitest';
import {
  dot,
  engineCopy,
  expectClose,
  GRADIENT,
  Numbers,
  OUTPUT,
  type Suite,
  unset,
} from './support.suite.ts';

// The last is more logits than one stretch of rows holds.
const SIZES = [
  [1, 1, 1],
  [5, 3, 7],
  [37, 50, 200],
  [90, 130, 333],
  [420, 8, 10_007],
];

export function readoutSuite({ newKernels }: Suite): void {
  describe('a readout over many classes', () => {
    for (const [M, I, K] of SIZES) {
      const sizes = `[M, I, K] = [${M}, ${I}, ${K}]`;

      it.each([0, 0.1])(
        `is the categorical loss of x W^T + b with its gradients, smoothed by %f, ${sizes}`,
        (e) => {
          const numbers = new Numbers(51);
          const p = {
            ...operands(numbers, M, I, K),
            bias: numbers.normal(K),
            targets: Int32Array.from({ length: M }, (_, m) => (7 * m) % K),
            stepMask: numbers.array(M, () => (numbers.next() < 0.3 ? 0 : 1)),
            rowLoss: unset(M),
            rowNll: unset(M),
            smoothing: e,
            scale: 0.5,
            dbias: unset(K),
          };
          const losses = new Float64Array(M);
          const smoothed = new Float64Array(M);
          const slopes = logits(p).map((z, m) => {
            for (let k = 0; k < K; k++) z[k] += p.bias[k];
            const largest = z.reduce((a, b) => Math.max(a, b));
            const exps = z.map((v) => Math.exp(v - largest));
            const sum = exps.reduce((a, b) => a + b, 0);
            losses[m] = p.stepMask[m] * (Math.log(sum) + largest - z[p.targets[m]]);
            // (1 - e) nll + e mean_k(-log p_k), Szegedy et al. 2016
            const others = z.reduce((total, v) => total + Math.log(sum) + largest - v, 0) / K;
            smoothed[m] = (1 - e) * losses[m] + e * p.stepMask[m] * others;
            return exps.map(
              (v, k) => 0.5 * p.stepMask[m] * (v / sum - (1 - e) * (k === p.targets[m] ? 1 : 0) - e / K),
            );
          });
          const copy = engineCopy(p);
          newKernels().readoutNll(copy.p);
          copy.expectGuards();
          expectClose(copy.p.rowLoss, smoothed, OUTPUT, 'rowLoss');
          expectClose(copy.p.rowNll, losses, OUTPUT, 'rowNll');
          expectGradients(copy.p, slopes);
          const sums = Float64Array.from({ length: K }, (_, k) => slopes.reduce((sum, d) => sum + d[k], 0));
          expectClose(copy.p.dbias, sums, GRADIENT, 'dbias');
          const { dx, dw, dbias, ...forward } = engineCopy(p).p;
          newKernels().readoutNll(forward);
          expect([...forward.rowLoss]).toEqual([...copy.p.rowLoss]);
          if (e === 0) expect([...forward.rowNll]).toEqual([...forward.rowLoss]);
        },
      );

      it(`sums the squares of x W^T with its gradients, ${sizes}`, () => {
        const p = { ...operands(new Numbers(52), M, I, K), scale: 0.25 };
        const z = logits(p);
        const copy = engineCopy(p);
        const sum = newKernels().readoutSquares(copy.p);
        copy.expectGuards();
        expectClose([sum], [z.reduce((total, row) => total + dot(row, row), 0)], OUTPUT, 'sum');
        expectGradients(
          copy.p,
          z.map((row) => row.map((v) => 0.5 * v)),
        );
      });
    }

    it('has no gradient without rows', () => {
      const [I, K] = [3, 5];
      const p = { ...operands(new Numbers(53), 0, I, K), scale: 1, dbias: unset(K) };
      const none = { targets: new Int32Array(0), rowLoss: new Float32Array(0), smoothing: 0 };
      for (const name of ['readoutNll', 'readoutSquares'] as const) {
        const copy = engineCopy({ ...p, ...none });
        newKernels()[name](copy.p);
        expect([...copy.p.dw], name).toEqual(new Array(K * I).fill(0));
        if (name === 'readoutNll') expect([...copy.p.dbias]).toEqual(new Array(K).fill(0));
      }
    });
  });
}

// --- internal ---

type Operands = ReturnType<typeof operands>;

function operands(numbers: Numbers, M: number, I: number, K: number) {
  return {
    M,
    I,
    K,
    x: numbers.normal(M * I),
    w: numbers.normal(K * I, I ** -0.5),
    dx: unset(M * I),
    dw: unset(K * I),
  };
}

function logits({ M, I, K, x, w }: Operands): Float64Array[] {
  return Array.from({ length: M }, (_, m) =>
    Float64Array.from({ length: K }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < I; i++) sum += x[m * I + i] * w[k * I + i];
      return sum;
    }),
  );
}

/** dx = slopes W, dw = slopes^T x. */
function expectGradients({ I, K, x, w, dx, dw }: Operands, slopes: readonly Float64Array[]): void {
  const [rows, columns] = [new Float64Array(dx.length), new Float64Array(dw.length)];
  for (const [m, slope] of slopes.entries()) {
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < I; i++) {
        rows[m * I + i] += slope[k] * w[k * I + i];
        columns[k * I + i] += slope[k] * x[m * I + i];
      }
    }
  }
  expectClose(dx, rows, GRADIENT, 'dx');
  expectClose(dw, columns, GRADIENT, 'dw');
}
