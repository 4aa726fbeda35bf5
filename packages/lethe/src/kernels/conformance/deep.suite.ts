/** Conformance of the recurrent layer with a deep transition. */
import { describe, expect, it } from 'vitest';
import type { DeepRnnBackward, DeepRnnForward } from '../contract/deep.ts';
import { portable } from '../portable/index.ts';
import * as oracle from './deep-oracle.suite.ts';
import {
  dot,
  engineCopy,
  expectDirectional,
  expectFields,
  GRADIENT,
  mask,
  Numbers,
  OUTPUT,
  STRIDES,
  type StrideName,
  type Suite,
  unset,
} from './support.suite.ts';

/** [T, B, I, H] */
const SIZES = [
  [1, 1, 1, 1],
  [2, 1, 3, 1],
  [1, 5, 1, 7],
  [4, 5, 3, 37],
  [3, 17, 50, 33],
  [2, 33, 65, 50],
  [20, 3, 2, 20],
  [2, 20, 88, 200],
] as const;

export type DeepLayer = Omit<DeepRnnForward, 'n' | 'h' | 'y' | 'units' | 'a'>;
export type Form = Pick<DeepLayer, 'N' | 'P' | 'Q' | 'S' | 'activation' | 'inner' | 'doublings'>;

/** One layer in front of the state, no shortcut, tanh throughout. */
export const DT: Form = { N: 1, P: 1, Q: 1, S: 0, activation: 'tanh', inner: 'tanh', doublings: 1 };

/** Forms by what they show. */
export const FORMS: Record<string, Form> = {
  'DT with tanh': DT,
  'DT(S) with tanh': { ...DT, S: 1 },
  'three layers with a shortcut, relu below sigmoid': {
    ...DT,
    N: 2,
    S: 1,
    inner: 'relu',
    activation: 'sigmoid',
  },
  'four layers of identities': { ...DT, N: 3, inner: 'identity', activation: 'identity' },
  'maxout below tanh': { ...DT, P: 3, inner: 'maxout', S: 1 },
  'lp of order 2 below tanh': { ...DT, P: 2, inner: 'lp', S: 1 },
  'two layers of lp of order 8 below tanh': { ...DT, N: 2, P: 3, inner: 'lp', doublings: 3 },
  'lp of order 1 below maxout of two': {
    ...DT,
    P: 2,
    Q: 2,
    inner: 'lp',
    activation: 'maxout',
    doublings: 0,
    S: 1,
  },
  'tanh below lp of three': { ...DT, N: 2, Q: 3, activation: 'lp', S: 1 },
};

const GRADIENTS = ['dwIn', 'dwRec', 'dbias', 'dh0', 'dx'] as const;

/** Columns of the recurrent weights, and of a row of pre-activations. */
export function deepWidths({ N, P, Q, S, H }: DeepLayer): { recurrent: number; row: number } {
  return { recurrent: (N * P + Q + S * Q) * H, row: (N * P + Q) * H };
}

export function deepLayer(numbers: Numbers, sizes: readonly number[], form: Form = DT): DeepLayer {
  const [T, B, I, H] = sizes;
  const layer = { T, B, I, H, ...form };
  const { recurrent, row } = deepWidths(layer as DeepLayer);
  return {
    ...layer,
    x: numbers.normal(T * B * I),
    h0: numbers.normal(B * H, 0.5),
    wIn: numbers.normal(I * form.P * H, 1 / Math.sqrt(I)),
    wRec: numbers.normal(H * recurrent, 0.6 / Math.sqrt(H)),
    bias: numbers.normal(row, 0.3),
  };
}

/** Arrays that the forward call fills. */
export function deepOutputs(p: DeepLayer) {
  const { T, B, H, N } = p;
  return {
    a: unset(T * B * deepWidths(p).row),
    units: unset(T * B * N * H),
    n: unset(T * B * H),
    h: unset(T * B * H),
    y: unset(T * B * H),
  };
}

/** All that the backward call needs beyond the forward's; gradients start from numbers, not from zero. */
export function deepBackward(numbers: Numbers, p: DeepLayer) {
  const { T, B, I, H, P } = p;
  const { recurrent, row } = deepWidths(p);
  return {
    dy: numbers.normal(T * B * H),
    dhLast: numbers.normal(B * H),
    dwIn: numbers.normal(I * P * H),
    dwRec: numbers.normal(H * recurrent),
    dbias: numbers.normal(row),
    dh0: numbers.normal(B * H),
    dx: numbers.normal(T * B * I),
    da: unset(T * B * row),
  };
}

/** Every site with masks in one stride pattern. */
export function deepMasks(numbers: Numbers, p: DeepLayer, strides: StrideName): Partial<DeepLayer> {
  const drop = (n: number) => mask(strides, p.T, p.B, n, (length) => numbers.drop(length, 0.3));
  return {
    maskInput: drop(p.I),
    maskRecurrent: drop(p.H),
    maskTransition: drop(p.N * p.H),
    maskCell: drop(p.H),
    zoneout: mask(strides, p.T, p.B, p.H, (length) => numbers.bits(length, 0.3)),
    maskOutput: drop(p.H),
    maskWeight: numbers.drop(p.H * deepWidths(p).recurrent, 0.4),
    maskWeightIn: numbers.drop(p.I * p.P * p.H, 0.2),
  };
}

/** Whether differences may reach across a kink: with many units and rows they do somewhere. */
const hasKinks = ({ inner, activation, doublings }: Form) =>
  [inner, activation].some((f) => f === 'relu' || f === 'maxout' || (f === 'lp' && doublings === 0));

/** The whole check of one layer: forward to the oracle, backward to finite differences and to float64. */
function check({ newKernels }: Suite, p: DeepLayer, isInPlace = false, isSmooth = !hasKinks(p)): void {
  const { T, B, I, H, N } = p;
  const kernels = newKernels();
  const numbers = new Numbers(99);
  const outputs = deepOutputs(p);
  const forward = { ...p, ...outputs, ...(isInPlace && { n: outputs.y, h: outputs.y }) };
  const copy = engineCopy(forward);
  const expected = oracle.deepRnn(p);
  portable.deepRnnForward(forward);
  expectFields(forward, { ...forward, ...expected }, ['h', 'y'], 1e-12);
  kernels.deepRnnForward(copy.p);
  expectFields(copy.p, { ...forward, ...expected }, ['h', 'y'], OUTPUT);
  copy.expectGuards();

  const backward: DeepRnnBackward = { ...forward, ...deepBackward(numbers, p) };
  const before = structuredClone(backward);
  const backwardCopy = engineCopy({ ...backward, ...copy.p } as DeepRnnBackward);
  // The gradients of the pre-activations may take their place.
  if (isInPlace) backwardCopy.p.da = backwardCopy.p.a!;
  portable.deepRnnBackward(backward);
  kernels.deepRnnBackward(backwardCopy.p);
  backwardCopy.expectGuards();
  expectFields(backwardCopy.p, backward, [...GRADIENTS, 'da'], GRADIENT);
  if (kernels.engine !== 'portable' || !isSmooth || T * B * H * (I + (N + 2) * H) > 5e5) return;
  const loss = () => {
    const out = oracle.deepRnn(p);
    return dot(out.y, backward.dy) + dot(out.h.subarray((T - 1) * B * H), backward.dhLast!);
  };
  const pairs = { wIn: 'dwIn', wRec: 'dwRec', bias: 'dbias', h0: 'dh0', x: 'dx' } as const;
  expectDirectional(
    Object.entries(pairs).map(([value, gradient]) => ({
      value: p[value as keyof typeof pairs] as Float64Array,
      gradient: backward[gradient] as Float64Array,
      before: before[gradient] as Float64Array,
    })),
    loss,
  );
}

/** Units of arrays of pieces: the oracle's, and their gradients by differences. */
function checkTransfer({ newKernels }: Suite, [M, H, P]: readonly number[], form: Form): void {
  const numbers = new Numbers(12);
  const kernels = newKernels();
  const { inner: activation, doublings } = form;
  const a = numbers.normal(M * P * H);
  const value = () =>
    Float64Array.from({ length: M * H }, (_, i) => {
      const [m, j] = [Math.floor(i / H), i % H];
      const pieces = Array.from({ length: P }, (_, c) => a[(m * P + c) * H + j]);
      return oracle.transfer(activation, pieces, doublings);
    });
  const p = { M, H, P, activation, doublings, a, units: unset(M * H), dUnits: numbers.normal(M * H) };
  const all = { ...p, da: numbers.normal(M * P * H) };
  const before = all.da.slice();
  const copy = engineCopy(all);
  portable.transferForward(all);
  portable.transferBackward(all);
  kernels.transferForward(copy.p);
  kernels.transferBackward(copy.p);
  copy.expectGuards();
  expectFields(all, { ...all, units: value() }, ['units'], 1e-12);
  expectFields(copy.p, all, ['units', 'da'], OUTPUT);
  if (kernels.engine !== 'portable') return;
  expectDirectional([{ value: a, gradient: all.da, before }], () => dot(value(), all.dUnits));
}

export function deepSuite(suite: Suite): void {
  describe('units of several pieces', () => {
    for (const [name, form] of Object.entries(FORMS)) {
      it(`have the values and gradients of ${name}`, () => {
        for (const [M, H] of [
          [1, 1],
          [5, 37],
          [200, 48],
        ]) {
          checkTransfer(suite, [M, H, form.P], form);
        }
      });
    }

    it('have the norm of every order, whatever number the power of a piece would be', () => {
      const { transferForward, transferBackward } = suite.newKernels();
      for (let doublings = 0; doublings <= 8; doublings++) {
        const order = 2 ** doublings;
        // u = ((1 + .5^p) / 2)^(1/p); the norm of f a is f times that of a, and has its slopes, (|a| / u)^(p - 1) / 2.
        const unit = ((1 + 0.5 ** order) / 2) ** (1 / order);
        const slopes = [1, 0.5].map((size) => (size / unit) ** (order - 1) / 2);
        for (const factor of [1e-6, 0.01, 1, 20, 1e6]) {
          const p = {
            ...{ M: 1, H: 1, P: 2, activation: 'lp' as const, doublings },
            a: Float32Array.of(-factor, 0.5 * factor),
            units: new Float32Array(1),
          };
          transferForward(p);
          expect(p.units[0] / factor, `order ${order} of ${factor}`).toBeCloseTo(unit, 5);
          const backward = { ...p, dUnits: Float32Array.of(1), da: new Float32Array(2) };
          transferBackward(backward);
          expect(backward.da[0]).toBeCloseTo(-slopes[0], 4);
          expect(backward.da[1]).toBeCloseTo(slopes[1], 4);
        }
      }
    });

    it('are not a number where a piece is none', () => {
      const { transferForward } = suite.newKernels();
      for (const activation of ['maxout', 'lp'] as const) {
        for (const place of [0, 1, 2]) {
          const a = Float32Array.of(1, -2, 3);
          a[place] = Number.NaN;
          const p = { M: 1, H: 1, P: 3, activation, doublings: 1, a, units: new Float32Array(1) };
          transferForward(p);
          expect(p.units[0], `${activation}, piece ${place}`).toBeNaN();
        }
      }
    });
  });

  describe('the recurrent layer with a deep transition', () => {
    for (const sizes of SIZES) {
      it(`agrees with the equations at [T, B, I, H] = [${sizes}]`, () => {
        check(suite, deepLayer(new Numbers(1), sizes, { ...DT, S: 1 }));
      });
    }

    for (const [name, form] of Object.entries(FORMS)) {
      it(`runs ${name}`, () => {
        check(suite, deepLayer(new Numbers(2), [3, 5, 3, 37], form), false, true);
        check(suite, deepLayer(new Numbers(3), [2, 9, 30, 19], form), true);
      });
    }

    it('runs lp of order 64, of whose powers float32 has few', () => {
      const form: Form = { ...DT, P: 2, Q: 3, inner: 'lp', activation: 'lp', doublings: 6, S: 1 };
      check(suite, deepLayer(new Numbers(2), [3, 5, 3, 37], form), false, false);
    });

    it('reads inputs that are mostly zero', () => {
      const numbers = new Numbers(9);
      for (const form of [FORMS['maxout below tanh'], DT]) {
        const p = deepLayer(numbers, [4, 17, 88, 33], form);
        p.x.forEach((_, i) => {
          if (i % 11 !== 3 && i % 23 !== 5) p.x[i] = 0;
        });
        check(suite, p);
        check(suite, { ...p, maskWeightIn: numbers.normal(88 * form.P * 33) });
      }
    });

    for (const strides of Object.keys(STRIDES) as StrideName[]) {
      for (const B of [5, 17]) {
        it(`takes masks ${strides} at every site, B = ${B}`, () => {
          const numbers = new Numbers(3);
          for (const form of [
            { ...DT, N: 2, inner: 'sigmoid' } as const,
            FORMS['lp of order 2 below tanh'],
          ]) {
            const p = deepLayer(numbers, [3, B, 3, 23], form);
            check(suite, { ...p, ...deepMasks(numbers, p, strides) });
          }
        });
        it(`takes each site alone, masks ${strides}, B = ${B}`, () => {
          const numbers = new Numbers(4);
          const p = deepLayer(numbers, [3, B, 5, 18], { ...DT, N: 2, S: 1 });
          for (const [site, value] of Object.entries(deepMasks(numbers, p, strides))) {
            check(suite, { ...p, [site]: value });
          }
        });
      }
    }

    it('keeps a share of the previous state at a zoneout rate', () => {
      check(suite, { ...deepLayer(new Numbers(5), [4, 5, 3, 37]), zoneoutRate: 0.25 });
    });

    it('keeps the state of rows that have not started or have stopped', () => {
      const numbers = new Numbers(6);
      const start = Int32Array.of(0, 2, 4, 5, 1);
      const stop = Int32Array.of(5, 4, 5, 5, 1);
      for (const form of Object.values(FORMS)) {
        const p = deepLayer(numbers, [5, 5, 3, 17], form);
        check(suite, { ...p, start, stop, ...deepMasks(numbers, p, 'per step and example') });
        check(suite, { ...p, start, stop, zoneoutRate: 0.5 });
        check(suite, { ...p, start }, true);
      }
    });
  });
}
