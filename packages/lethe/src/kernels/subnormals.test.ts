/** What the native kernels set about tiny numbers is theirs alone. */
import { describe, expect, it } from 'vitest';
import { loadNative, nativeProblem } from './native.ts';

const native = loadNative();
// What the smallest subnormal number of a double times 1 is: 0 where somebody left the processor flushing such numbers.
const smallest = (): number => Number.MIN_VALUE * Math.cos(0);

describe.skipIf(!native)(
  `numbers below 1.2e-38 on the native engine${native ? '' : `: ${nativeProblem()}`}`,
  () => {
    it.each([1, 2])('count as 0 in a call, on %i threads', (threads) => {
      const [m, n, k] = [64, 64, 64];
      const a = new Float32Array(m * k).fill(1e-39);
      const b = new Float32Array(k * n).fill(1);
      const c = new Float32Array(m * n).fill(-1);
      native!.within({ threads }, () => native!.matmul({ m, n, k, a, b, c }));
      expect([...new Set(c)]).toEqual([0]);
    });

    it('are what they are in JavaScript after a call, and after one that fails', () => {
      const x = new Float32Array(4);
      native!.sumSquares([x]);
      expect(smallest()).toBe(Number.MIN_VALUE);
      expect(() => native!.sumSquares([1] as never)).toThrow();
      expect(smallest()).toBe(Number.MIN_VALUE);
    });
  },
);
