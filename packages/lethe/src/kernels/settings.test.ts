/** Threads and precision belong to what runs; weights said to be fixed are refused once they have changed. */
import { afterEach, describe, expect, it } from 'vitest';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { engineInUse, kernels, useEngine } from './engine.ts';
import { fixedWeights } from './fixed-weights.ts';
import { loadNative, nativeProblem } from './native.ts';
import { useThreads, withPrecision, withThreads } from './settings.ts';

const before = engineInUse();
afterEach(() => {
  useEngine(before.engine);
  useThreads(before.threads);
});

const native = before.dtype === 'f32' ? loadNative() : null;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('the portable engine', () => {
  it('has one thread and float32 whatever is asked, and says that it has no bf16', () => {
    useEngine('portable');
    expect(withThreads(7, () => engineInUse().threads)).toBe(1);
    expect(withPrecision('f32', () => engineInUse().precision)).toBe('f32');
    expect(() => withPrecision('bf16', () => 1)).toThrow(
      'found the portable engine with typescript; take f32',
    );
    expect(fixedWeights([tensor([1])]).run(() => 3)).toBe(3);
  });
});

describe.skipIf(!native)(`the native engine (${nativeProblem() ?? 'at hand'})`, () => {
  const threads = (): number => engineInUse().threads;

  it('has so many threads while something runs, the others again after it returns or throws', () => {
    useEngine('native');
    useThreads(2);
    expect(withThreads(3, () => [threads(), withThreads(1, threads), threads()])).toEqual([3, 1, 3]);
    expect(() =>
      withThreads(3, () => {
        throw new Error('away');
      }),
    ).toThrow('away');
    expect(threads()).toBe(2);
  });

  it('keeps them over what is awaited, whatever runs in between', async () => {
    useEngine('native');
    useThreads(2);
    const seen = await Promise.all(
      [1, 3].map((count) =>
        withThreads(count, async () => {
          const first = threads();
          await pause();
          return [first, threads()];
        }),
      ),
    );
    expect(seen).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(threads()).toBe(2);
  });

  it('refuses what is no number of threads or no function', () => {
    useEngine('native');
    expect(() => withThreads(0, () => 1)).toThrow('a whole number from 1 to 256, got 0');
    expect(() => withThreads(257, () => 1)).toThrow('a whole number from 1 to 256, got 257');
    expect(() => withThreads(1, 3 as never)).toThrow('expected run to be a function');
  });
});

describe.skipIf(!native?.hasBf16())('bf16 (where the processor has it)', () => {
  // One weight of 128 columns: 1 + 2^-8 lies between two numbers of bf16, whose steps above 1 are 2^-7, and rounds to the even one, 1.
  const columns = 128;
  const weights = (value: number): Tensor => new Tensor([1, columns], new Float32Array(columns).fill(value));
  const product = (w: Tensor): number => {
    const c = new Float32Array(columns);
    kernels().matmul({ m: 1, n: columns, k: 1, a: Float32Array.of(1), b: w.data, c });
    return c.reduce((sum, value) => sum + value, 0);
  };
  const between = 1 + 2 ** -8;

  it('rounds for what runs in it alone, side by side with float32', async () => {
    useEngine('native');
    const w = weights(between);
    const sums = await Promise.all(
      (['f32', 'bf16', 'f32'] as const).map((precision) =>
        withPrecision(precision, async () => {
          await pause();
          return fixedWeights([w]).run(() => product(w));
        }),
      ),
    );
    expect(sums).toEqual([columns * between, columns, columns * between]);
    expect(engineInUse().precision).toBe('f32');
  });

  it('refuses weights that have changed while something reads their copies', () => {
    useEngine('native');
    const w = weights(1);
    const fixed = fixedWeights([w]);
    withPrecision('bf16', () => {
      expect(fixed.run(() => product(w))).toBe(columns);
      expect(() => fixed.run(() => [w.data.fill(0.5), product(w)])).toThrow(stale);
    });
    // in float32 nothing is copied
    expect(fixed.run(() => product(w))).toBe(columns / 2);
  });

  it('reads new numbers where they are said to be fixed anew, and shares copies of those that are the same', () => {
    useEngine('native');
    const w = weights(1);
    const sum = (): number => fixedWeights([w]).run(() => product(w));
    const sums = withPrecision('bf16', () => [
      sum(),
      sum(),
      w.data.fill(2) && sum(),
      w.data.fill(1) && sum(),
    ]);
    expect(sums).toEqual([columns, columns, 2 * columns, columns]);
  });
});

const stale = expect.objectContaining({ code: 'E_STALE', name: 'LetheError' });

describe.skipIf(!native)('fixed weights (of the native engine, with or without bf16)', () => {
  // Without the public check of the processor: products then stay in float32, copies are made and compared all the same.
  const inBf16 = <T>(run: () => T): T => native!.within({ bf16: true }, run);

  it('are refused if they have changed before a run, since the one before it', () => {
    useEngine('native');
    const w = tensor([1, 1, 1]);
    const fixed = fixedWeights([w]);
    inBf16(() => {
      expect(fixed.run(() => 'first')).toBe('first');
      w.data[2] = 2;
      expect(() => fixed.run(() => 'second')).toThrow(stale);
      expect(fixedWeights([w]).run(() => 'anew')).toBe('anew');
      w.data[2] = 1;
      expect(fixed.run(() => 'third')).toBe('third');
    });
  });

  it('are refused if they have changed after a run, be it one that is awaited', async () => {
    useEngine('native');
    const w = tensor([1, 1, 1]);
    await inBf16(async () => {
      expect(() => fixedWeights([w]).run(() => w.data.fill(2))).toThrow(stale);
      const changing = fixedWeights([w]).run(async () => {
        await pause();
        w.data[0] = 3;
      });
      await expect(changing).rejects.toThrow(stale);
    });
  });

  it('are rounded once for all that say so: handles in a loop, which nobody collects meanwhile, take no memory each', () => {
    useEngine('native');
    const w = new Tensor([1 << 22], new Float32Array(1 << 22));
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 24; i++) inBf16(() => fixedWeights([w]).run(() => i));
    // A copy is 8 MB: 192 MB if each had its own.
    expect(process.memoryUsage.rss() - before).toBeLessThan(80 * 2 ** 20);
  });

  it('leave errors of what runs as they are', async () => {
    useEngine('native');
    const fixed = fixedWeights([tensor([1])]);
    const fails = (): never => {
      throw new Error('of its own');
    };
    await inBf16(async () => {
      expect(() => fixed.run(fails)).toThrow('of its own');
      await expect(fixed.run(async () => fails())).rejects.toThrow('of its own');
    });
  });
});
