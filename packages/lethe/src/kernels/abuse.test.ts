/**
 * Calls of the compiled kernels with whatever may come: absent, wrong kind, too short, strides and numbers out of range, getters that
 * throw or take an array away. Nothing but a JavaScript error may come of it; under AddressSanitizer and
 * UndefinedBehaviorSanitizer (packages/native/sanitize.mjs) nothing else does.
 */
import { describe, expect, it } from 'vitest';
import { isLeftToItsOwnRun } from './conformance/support.suite.ts';
import type { KernelDescription } from './contract/description.ts';
import { loadNative, nativeDescription, nativeProblem } from './native.ts';
import { loadWasm, wasmDescription, wasmProblem } from './wasm.ts';

const calls = Number(process.env.LETHE_ABUSE ?? 3000);

const engines = [
  {
    name: 'native',
    engine: 'native',
    load: loadNative,
    problem: nativeProblem,
    description: nativeDescription,
  },
  { name: 'WebAssembly', engine: 'wasm', load: loadWasm, problem: wasmProblem, description: wasmDescription },
] as const;

describe.each(engines)('kernels of $name', ({ engine, load, problem, description }) => {
  const loaded = isLeftToItsOwnRun(engine) ? null : load();
  if (!loaded)
    return it.skip(`do not run here: ${problem() ?? 'LETHE_ENGINE asks for another engine'}`, () => {});
  const kernels = loaded as unknown as Record<string, (p: unknown) => unknown>;
  const described = description();

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

  it.each(refusals)('refuse %s: %s', (_, message, name, p) => {
    expect(() => kernels[name](p)).toThrow(message);
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
    expect(performance.now() - began).toBeLessThan(10_000);
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

const floats = (n: number) => new Float32Array(n);
const product = { m: 2, n: 3, k: 4, a: floats(8), b: floats(12), c: floats(6) };
const masked = { T: 2, B: 3, n: 4, source: floats(24), target: floats(24) };
const classes = { M: 2, K: 3, logits: floats(6), targets: Int32Array.of(0, 2), rowLoss: floats(2) };
const descent = { parameters: [floats(4)], gradients: [floats(4)], gradScale: 1, lr: 1 };

/** What a call is refused for, the message, the kernel, its parameters; each is one element, step or kind away from a right call. */
const refusals: [string, string, string, object][] = [
  ['an array one short', 'matmul: b is too short', 'matmul', { ...product, b: floats(11) }],
  [
    'another kind of array',
    'matmul: b must be a Float32Array',
    'matmul',
    { ...product, b: new Int32Array(12) },
  ],
  // the elements up to the last that steps 12 and rows 4 apart reach is 1 * 12 + 2 * 4 + 4
  [
    'a mask one short',
    'addMasked: mask must be a mask',
    'addMasked',
    { ...masked, mask: { data: floats(23), time: 12, batch: 4 } },
  ],
  [
    'a mask that is read backwards',
    'addMasked: mask must be a mask',
    'addMasked',
    { ...masked, mask: { data: floats(24), time: -12, batch: 4 } },
  ],
  [
    'a class after the last',
    'softmaxNllForward: targets must hold whole numbers within',
    'softmaxNllForward',
    { ...classes, targets: Int32Array.of(0, 3) },
  ],
  [
    'a class before the first',
    'softmaxNllForward: targets must hold whole numbers within',
    'softmaxNllForward',
    { ...classes, targets: Int32Array.of(-1, 0) },
  ],
  [
    'a gradient one short',
    'sgd: an array of gradients has not the length of its parameter',
    'sgd',
    { ...descent, gradients: [floats(3)] },
  ],
  [
    'a gradient too many',
    'sgd: gradients must have as many arrays as the parameters',
    'sgd',
    { ...descent, gradients: [floats(4), floats(4)] },
  ],
];

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
  const product = (dims: string) => dims.split('').reduce((n, d) => n * (sizes.get(d) ?? Number(d)), 1);
  const elements = (dims: string) => dims.split('+').reduce((sum, dims) => sum + product(dims), 0);
  const below = (limit: number, n: number) =>
    Int32Array.from({ length: n }, () => Math.floor(random() * limit));
  const drawn = (n: number) => Float32Array.from({ length: n }, () => random() - 0.5);
  const p: Record<string, unknown> = {};
  for (const { name, kind, dims, optional, limit = '' } of fields) {
    if (kind === 'constant' || (optional && random() < 0.4)) continue;
    const [T, B, width] = [sizes.get('T') ?? 1, sizes.get('B') ?? 1, kind === 'mask' ? elements(dims) : 0];
    const values: Record<string, () => unknown> = {
      size: () => sizes.get(name),
      float: () => random(),
      double: () => random(),
      word: () => Math.floor(random() * 2 ** 32),
      flag: () => random() < 0.5,
      floats: () => drawn(dims === '' ? Math.floor(random() * 100) : elements(dims)),
      words: () => new Uint32Array(Math.floor(random() * 100)),
      integers: () => new Int32Array(elements(dims)),
      rate: () => random(),
      numbers: () => below(Math.max(1, sizes.get(limit) ?? 1), elements(dims)),
      steps: () => below((sizes.get(limit) ?? 0) + 1, elements(dims)),
      mask: () => {
        const gates = sizes.get('G') ?? 1;
        return { data: drawn(gates * T * B * width), gate: T * B * width, time: B * width, batch: width };
      },
      noise: () => ({ mean: random(), square: random(), variance: random() }),
      activation: () => ['tanh', 'sigmoid', 'relu', 'identity'][Math.floor(random() * 4)],
      transfer: () => ['tanh', 'sigmoid', 'relu', 'identity', 'maxout', 'lp'][Math.floor(random() * 6)],
      form: () => ['wang-manning', 'probit', 'daunizeau', 'gauss-hermite'][Math.floor(random() * 4)],
      doubles: () => Float64Array.from({ length: 5 }, () => random()),
      list: () => lengths.map(drawn),
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
