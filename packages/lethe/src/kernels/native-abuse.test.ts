/**
 * Calls of the native kernels with whatever may come: absent, wrong kind, too short, strides and numbers out of range, getters that
 * throw or take an array away. Nothing but a JavaScript error may come of it; under AddressSanitizer and
 * UndefinedBehaviorSanitizer (packages/native/sanitize.mjs) nothing else does.
 */
import { describe, expect, it } from 'vitest';
import { type KernelDescription, loadNative, nativeDescription, nativeProblem } from './native.ts';

const calls = Number(process.env.LETHE_ABUSE ?? 3000);

describe.skipIf(!loadNative())(`native kernels (${nativeProblem() ?? 'at hand'})`, () => {
  const kernels = loadNative() as unknown as Record<string, (p: unknown) => unknown>;
  const described = loadNative() ? nativeDescription() : [];

  // Sanitizers take ten times as long.
  const timeout = 60_000 + 30 * calls;
  it('refuse calls without sense, each with a TypeError, and take those that make sense', { timeout }, () => {
    const random = generator(1);
    let [refused, taken] = [0, 0];
    for (let call = 0; call < calls; call++) {
      const { name, fields } = described[call % described.length];
      const p = sensible(fields, random);
      // From one spoilt field to half of them; none in every eighth call.
      const share = call % 8 === 0 ? 0 : random() * random();
      for (const field of fields) if (random() < share) spoil(p, field.name, random);
      try {
        kernels[name](name === 'sumSquares' ? p.arrays : p);
        taken++;
      } catch (error) {
        expect(error, `${name}: ${String(error)}`).toBeInstanceOf(Error);
        expect(String((error as Error).message).length).toBeLessThan(300);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(calls / 4);
    expect(taken).toBeGreaterThan(calls / 10);
  });

  it('takes every array as it is after all getters have run', () => {
    const a = new Float32Array(4096);
    const p = {
      m: 64,
      n: 64,
      k: 64,
      a,
      b: new Float32Array(4096),
      c: new Float32Array(4096),
      get transposeB() {
        structuredClone(a.buffer, { transfer: [a.buffer] });
        return false;
      },
    };
    expect(() => kernels.matmul(p)).toThrow('a is too short');
  });

  it('runs over no steps where no array holds one, however many are said', () => {
    const empty = new Float32Array(0);
    const mask = { data: empty, time: 0, batch: 0 };
    const began = performance.now();
    // 3.2e10 rows of width 0: looked at one by one they take a minute
    kernels.addMasked({ T: 2 ** 31 - 1, B: 15, n: 0, source: empty, mask, target: empty });
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('passes on what a getter throws', () => {
    const p = {
      get n(): number {
        throw new RangeError('mine');
      },
    };
    expect(() => kernels.matmul(p)).toThrow('mine');
  });

  it.each([[undefined], [null], [7], ['matmul'], [() => {}]])('refuse %j for their parameters', (p) => {
    for (const { name } of described) expect(() => kernels[name](p), name).toThrow(TypeError);
  });
});

// --- internal ---

type Random = () => number;

/** Numbers on [0, 1) that depend on the seed alone (the mixing of splitmix32). */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Parameters that fit each other, with random sizes; optional ones present or not. */
function sensible(fields: KernelDescription['fields'], random: Random): Record<string, unknown> {
  const sizes = new Map<string, number>();
  for (const { name, kind, dims } of fields) {
    if (kind === 'size') sizes.set(name, Math.floor(random() * (random() < 0.1 ? 70 : 12)));
    if (kind === 'constant') sizes.set(name, Number(dims));
  }
  const lengths = [3, 0, 40, 1000];
  const elements = (dims: string) => dims.split('').reduce((n, d) => n * (sizes.get(d) ?? Number(d)), 1);
  const floats = (n: number) => Float32Array.from({ length: n }, () => random() - 0.5);
  const p: Record<string, unknown> = {};
  for (const { name, kind, dims, optional } of fields) {
    if (kind === 'constant' || (optional && random() < 0.4)) continue;
    const below = Math.max(
      1,
      Math.min(...['K', 'V'].map((letter) => sizes.get(letter) ?? Number.POSITIVE_INFINITY)),
    );
    const [T, B, width] = [sizes.get('T') ?? 1, sizes.get('B') ?? 1, kind === 'mask' ? elements(dims) : 0];
    const values: Record<string, () => unknown> = {
      size: () => sizes.get(name),
      float: () => random(),
      double: () => random(),
      word: () => Math.floor(random() * 2 ** 32),
      flag: () => random() < 0.5,
      floats: () => floats(dims === '' ? Math.floor(random() * 100) : elements(dims)),
      words: () => new Uint32Array(Math.floor(random() * 100)),
      numbers: () => {
        const limit = name === 'start' || name === 'stop' ? T + 1 : below;
        return Int32Array.from({ length: elements(dims) }, () => Math.floor(random() * limit));
      },
      mask: () => {
        const gates = sizes.get('G') ?? 1;
        return { data: floats(gates * T * B * width), gate: T * B * width, time: B * width, batch: width };
      },
      noise: () => ({ mean: random(), square: random(), variance: random() }),
      activation: () => ['tanh', 'sigmoid', 'relu', 'identity'][Math.floor(random() * 4)],
      form: () => ['wang-manning', 'probit', 'daunizeau', 'gauss-hermite'][Math.floor(random() * 4)],
      doubles: () => Float64Array.from({ length: 5 }, () => random()),
      list: () => lengths.map(floats),
    };
    p[name] = values[kind]();
  }
  return p;
}

const nonsense: ((random: Random, before: unknown) => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -1,
  () => 1.5,
  () => 2 ** 31 - 1,
  () => 2 ** 62,
  () => Number.POSITIVE_INFINITY,
  () => 'tanh',
  () => true,
  () => [],
  () => ({}),
  () => Symbol('x'),
  () => 10n,
  () => new Float64Array(3),
  () => new Uint8Array(1000),
  () => new Float32Array(0),
  (random) => new Float32Array(Math.floor(random() * 5)),
  (random) => Int32Array.from({ length: 2000 }, () => Math.floor((random() - 0.5) * 2 ** 32)),
  (_, before) => (before instanceof Float32Array ? before.subarray(1) : before),
  (_, before) => ({ ...(before as object), time: 2 ** 62, batch: 2 ** 62 }),
  (_, before) => ({ ...(before as object), time: -3 }),
  (_, before) => ({ ...(before as object), gate: 2 ** 53, data: new Float32Array(7) }),
  (_, before) => (Array.isArray(before) ? before.slice(1) : [before]),
  (_, before) => [new Float32Array(3), before, 'x'],
];

function spoil(p: Record<string, unknown>, name: string, random: Random): void {
  p[name] = nonsense[Math.floor(random() * nonsense.length)](random, p[name]);
}
