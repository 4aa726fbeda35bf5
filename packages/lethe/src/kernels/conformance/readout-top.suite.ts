/** Conformance of the most probable classes of a readout: against a sort of all of its logits, in float64. */
import { describe, expect, it } from 'vitest';
import type { Kernels } from '../contract/kernels.ts';
import { engineCopy, expectClose, Numbers, OUTPUT, type Suite, unset } from './support.suite.ts';

/** M, I, K, N: one of each; more wanted than there are; parts of blocks, segments and panels; many of few. */
const SIZES = [
  [1, 1, 1, 1],
  [3, 4, 5, 10],
  [1, 33, 700, 4],
  [50, 20, 333, 10],
  [49, 128, 1031, 7],
  [5, 8, 64, 64],
];

type Operands = ReturnType<typeof topOf>;

/** Operands of a call. */
export function topOf([M, I, K, N]: readonly number[], withBias = true) {
  const numbers = new Numbers(M + 10 * K);
  return {
    ...{ M, I, K, N },
    x: numbers.normal(M * I),
    w: numbers.normal(K * I, I ** -0.5),
    bias: withBias ? numbers.normal(K) : undefined,
    classes: new Int32Array(M * N).fill(77),
    logits: unset(M * N),
    totals: unset(M),
  };
}

/** All logits of a row. */
function logitsOf({ I, K, x, w, bias }: Operands, m: number): number[] {
  return Array.from({ length: K }, (_, k) => {
    let sum = bias ? bias[k] : 0;
    for (let i = 0; i < I; i++) sum += x[m * I + i] * w[k * I + i];
    return sum;
  });
}

function run(kernels: Kernels, p: Operands) {
  const copy = engineCopy(p);
  const guarded = new Int32Array(p.classes.length + 2).fill(99);
  const classes = guarded.subarray(1, 1 + p.classes.length).fill(77);
  kernels.readoutTop({ ...copy.p, classes });
  copy.expectGuards();
  expect([guarded[0], guarded[guarded.length - 1]]).toEqual([99, 99]);
  return { classes: [...classes], logits: [...copy.p.logits], totals: [...copy.p.totals] };
}

export function readoutTopSuite({ newKernels }: Suite): void {
  describe('the most probable classes of a readout', () => {
    for (const withBias of [true, false]) {
      it.each(SIZES)(
        `are those of the largest logits, best first, [M, I, K, N] = [%i, %i, %i, %i], ${withBias ? 'with' : 'without'} bias`,
        (...sizes) => {
          const p = topOf(sizes, withBias);
          const { classes, logits, totals } = run(newKernels(), p);
          const { M, K, N } = p;
          for (let m = 0; m < M; m++) {
            const z = logitsOf(p, m);
            const sorted = [...z.keys()].sort((a, b) => z[b] - z[a] || a - b);
            const kept = Math.min(N, K);
            const own = classes.slice(m * N, (m + 1) * N);
            expect(own.slice(0, kept)).toEqual(sorted.slice(0, kept));
            expect(own.slice(kept).every((k) => k === -1)).toBe(true);
            expectClose(
              logits.slice(m * N, m * N + kept),
              sorted.slice(0, kept).map((k) => z[k]),
              OUTPUT,
              'logits',
            );
            expect(logits.slice(m * N + kept, (m + 1) * N).every((v) => v === Number.NEGATIVE_INFINITY)).toBe(
              true,
            );
            // log Σ exp z, less the largest so that nothing overflows
            const largest = z[sorted[0]];
            const total = largest + Math.log(z.reduce((sum, v) => sum + Math.exp(v - largest), 0));
            expectClose([totals[m]], [total], OUTPUT, 'total');
          }
        },
      );
    }

    it('of equal logits have the smaller class first, whoever found them', () => {
      // Class k has the row of class k % 150: four of each, in segments of two or three workers.
      const p = topOf([3, 6, 600, 9], false);
      p.w.set(Array.from(p.w, (_, i) => p.w[i % (150 * p.I)]));
      const { classes } = run(newKernels(), p);
      for (let m = 0; m < p.M; m++) {
        const z = logitsOf(p, m);
        expect(classes.slice(m * 9, (m + 1) * 9)).toEqual(
          [...z.keys()].sort((a, b) => z[b] - z[a] || a - b).slice(0, 9),
        );
      }
    });

    it('are right at logits of any size', () => {
      // exp(300) is none of float32: log(e^300 + e^299) = 300 + log(1 + 1/e); and far below, log(2 e^-300) = -300 + log 2.
      const p = { ...topOf([2, 1, 2, 2], false), x: Float64Array.of(1, -300), w: Float64Array.of(300, 299) };
      const { classes, totals } = run(newKernels(), p);
      expect(classes).toEqual([0, 1, 1, 0]);
      expectClose(totals.slice(0, 1), [300 + Math.log(1 + Math.exp(-1))], 1e-6, 'total');
      const low = { ...p, x: Float64Array.of(1, 1), w: Float64Array.of(-300, -300) };
      expectClose(run(newKernels(), low).totals, [-300 + Math.log(2), -300 + Math.log(2)], 1e-6, 'totals');
    });

    it('leave out what has no probability', () => {
      const p = topOf([2, 3, 300, 4]);
      p.bias!.fill(Number.NEGATIVE_INFINITY);
      p.bias![290] = 2;
      p.bias![7] = 1;
      p.w.fill(0);
      const { classes, totals } = run(newKernels(), p);
      expect(classes).toEqual([290, 7, -1, -1, 290, 7, -1, -1]);
      // log(e^2 + e)
      expectClose(totals, Array(2).fill(Math.log(Math.exp(2) + Math.E)), OUTPUT, 'totals');
      p.bias!.fill(Number.NEGATIVE_INFINITY);
      const none = run(newKernels(), p);
      expect(none.classes.every((k) => k === -1)).toBe(true);
      expect(none.totals).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    });

    it('have no total where a logit is not a number or infinite', () => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const p = topOf([2, 3, 300, 4]);
        p.bias![150] = value;
        expect(run(newKernels(), p).totals).toEqual([Number.NaN, Number.NaN]);
      }
    });

    it('of a row are the same bits alone and among others', () => {
      const p = engineCopy(topOf([60, 20, 700, 6])).p;
      newKernels().readoutTop(p);
      const alone = { classes: new Int32Array(6), logits: new Float32Array(6), totals: new Float32Array(1) };
      newKernels().readoutTop({ ...p, ...alone, M: 1, x: p.x.slice(37 * 20, 38 * 20) });
      expect(alone.classes).toEqual(p.classes.slice(37 * 6, 38 * 6));
      expect([...alone.logits]).toEqual([...p.logits.slice(37 * 6, 38 * 6)]);
      expect(alone.totals[0]).toBe(p.totals[37]);
    });
  });
}
