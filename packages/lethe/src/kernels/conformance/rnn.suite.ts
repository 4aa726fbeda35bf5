/** Conformance of the plain recurrent layer. */
import { describe, expect, it } from 'vitest';
import type { Activation } from '../contract/fields.ts';
import type { RnnBackward, RnnForward } from '../contract/recurrent.ts';
import { portable } from '../portable/index.ts';
import * as oracle from './oracle.suite.ts';
import {
  dot,
  engineCopy,
  expectClose,
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
export const SIZES = [
  [1, 1, 1, 1],
  [2, 1, 3, 1],
  [1, 5, 1, 7],
  [3, 2, 5, 16],
  [4, 5, 3, 37],
  [5, 1, 50, 65],
  [3, 17, 50, 33],
  [2, 33, 65, 50],
  [60, 3, 2, 20],
  [2, 40, 88, 400],
] as const;

type Layer = Omit<RnnForward, 'n' | 'h' | 'y'>;
const GRADIENTS = ['dwIn', 'dwRec', 'dbias', 'dh0', 'dx'] as const;

/** Inputs and weights of a layer without masks. */
export function layer(numbers: Numbers, sizes: readonly number[], activation: Activation = 'tanh'): Layer {
  const [T, B, I, H] = sizes;
  return {
    T,
    B,
    I,
    H,
    activation,
    x: numbers.normal(T * B * I),
    h0: numbers.normal(B * H, 0.5),
    wIn: numbers.normal(I * H, 1 / Math.sqrt(I)),
    wRec: numbers.normal(H * H, 0.8 / Math.sqrt(H)),
    bias: numbers.normal(H, 0.3),
  };
}

/** All that the backward call needs beyond the forward's; gradients start from numbers, not from zero. */
export function backwardOf(
  numbers: Numbers,
  forward: Layer & { n: Float64Array; h: Float64Array },
): RnnBackward {
  const { T, B, I, H } = forward;
  return {
    ...forward,
    dy: numbers.normal(T * B * H),
    dhLast: numbers.normal(B * H),
    dwIn: numbers.normal(I * H),
    dwRec: numbers.normal(H * H),
    dbias: numbers.normal(H),
    dh0: numbers.normal(B * H),
    dx: numbers.normal(T * B * I),
    da: unset(T * B * H),
  };
}

/** Every site of an RNN with masks in one stride pattern. */
export function allMasks(numbers: Numbers, p: Layer, strides: StrideName): Partial<Layer> {
  const drop = (n: number) => mask(strides, p.T, p.B, n, (length) => numbers.drop(length, 0.3));
  return {
    maskInput: drop(p.I),
    maskRecurrent: drop(p.H),
    maskCell: drop(p.H),
    zoneout: mask(strides, p.T, p.B, p.H, (length) => numbers.bits(length, 0.3)),
    maskOutput: drop(p.H),
    maskWeight: numbers.drop(p.H * p.H, 0.4),
    maskWeightIn: numbers.drop(p.I * p.H, 0.2),
  };
}

/** Whether finite differences of the oracle would take too long; smaller sizes have them. */
export function isLarge({ T, B, I, H }: { T: number; B: number; I: number; H: number }): boolean {
  return T * B * H * (I + H) > 5e5;
}

/** The whole check of one layer: forward to the oracle, backward to finite differences and to float64. */
function check({ newKernels }: Suite, p: Layer, alias: 'none' | 'hy' | 'nhy' = 'none'): void {
  const { T, B, H } = p;
  const kernels = newKernels();
  const numbers = new Numbers(99);
  const y = unset(T * B * H);
  const h = alias === 'none' ? unset(T * B * H) : y;
  const n = alias === 'nhy' ? y : unset(T * B * H);
  const forward = { ...p, n, h, y };
  const copy = engineCopy(forward);
  const expected = oracle.rnn(p);
  portable.rnnForward(forward);
  expectFields(forward, { ...forward, ...expected }, ['h', 'y'], 1e-12);
  kernels.rnnForward(copy.p);
  expectFields(copy.p, { ...forward, ...expected }, ['h', 'y'], OUTPUT);
  copy.expectGuards();

  const backward = backwardOf(numbers, forward);
  const before = structuredClone(backward);
  const backwardCopy = engineCopy({ ...backward, ...copy.p } as RnnBackward);
  portable.rnnBackward(backward);
  kernels.rnnBackward(backwardCopy.p);
  backwardCopy.expectGuards();
  expectFields(backwardCopy.p, backward, GRADIENTS, GRADIENT);
  if (kernels.engine !== 'portable' || isLarge(p)) return;
  const loss = () => {
    const out = oracle.rnn(p);
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

export function rnnSuite(suite: Suite): void {
  describe('the plain recurrent layer', () => {
    for (const sizes of SIZES) {
      it(`agrees with the equations at [T, B, I, H] = [${sizes}]`, () => {
        check(suite, layer(new Numbers(1), sizes));
      });
    }

    for (const activation of ['sigmoid', 'relu', 'identity'] as const) {
      it(`runs ${activation} units`, () => check(suite, layer(new Numbers(2), [4, 5, 3, 37], activation)));
    }

    it('reads inputs that are mostly zero', () => {
      const numbers = new Numbers(9);
      for (const sizes of [
        [3, 5, 50, 37],
        [4, 17, 88, 33],
        [2, 33, 40, 50],
      ]) {
        const p = layer(numbers, sizes);
        p.x.forEach((_, i) => {
          if (i % 11 !== 3 && i % 23 !== 5) p.x[i] = 0;
        });
        check(suite, p);
        check(suite, { ...p, maskWeightIn: numbers.normal(sizes[2] * sizes[3]) });
      }
    });

    for (const strides of Object.keys(STRIDES) as StrideName[]) {
      for (const sizes of [
        [3, 5, 3, 37],
        [3, 17, 50, 16],
      ]) {
        it(`takes masks ${strides} at every site, B = ${sizes[1]}`, () => {
          const numbers = new Numbers(3);
          const p = layer(numbers, sizes);
          check(suite, { ...p, ...allMasks(numbers, p, strides) });
        });
        it(`takes each site alone, masks ${strides}, B = ${sizes[1]}`, () => {
          const numbers = new Numbers(4);
          const p = layer(numbers, sizes, 'sigmoid');
          for (const [site, value] of Object.entries(allMasks(numbers, p, strides))) {
            check(suite, { ...p, [site]: value });
          }
        });
      }
    }

    it('keeps a share of the previous state at a zoneout rate', () => {
      check(suite, { ...layer(new Numbers(5), [4, 5, 3, 37]), zoneoutRate: 0.25 });
    });

    it('keeps the state of rows that have not started or have stopped', () => {
      const numbers = new Numbers(6);
      const p = layer(numbers, [5, 5, 3, 37]);
      const start = Int32Array.of(0, 2, 4, 5, 1);
      const stop = Int32Array.of(5, 4, 5, 5, 1);
      check(suite, { ...p, start });
      check(suite, { ...p, stop });
      check(suite, { ...p, start, stop, ...allMasks(numbers, p, 'per step and example') });
      check(suite, { ...p, start, stop, zoneoutRate: 0.5 });
    });

    it('gives a front-padded sequence the states of the unpadded one', () => {
      const kernels = suite.newKernels();
      const [T, B, I, H] = [6, 3, 5, 19];
      const p = layer(new Numbers(7), [T, B, I, H]);
      const run = (from: number, start?: Int32Array) => {
        const steps = T - from;
        const sizes = { T: steps, x: p.x.subarray(from * B * I), start };
        const out = { n: unset(steps * B * H), h: unset(steps * B * H), y: unset(steps * B * H) };
        const copy = engineCopy({ ...p, ...sizes, ...out } as RnnForward);
        kernels.rnnForward(copy.p);
        return copy.p.h.slice(-B * H);
      };
      expect(run(0, Int32Array.of(2, 2, 2))).toEqual(run(2));
    });

    for (const alias of ['hy', 'nhy'] as const) {
      it(`lets ${alias.split('').join(', ')} be one array`, () => {
        const start = Int32Array.of(0, 1, 2, 0, 0);
        check(suite, layer(new Numbers(8), [4, 5, 3, 37]), alias);
        check(suite, { ...layer(new Numbers(8), [4, 5, 3, 37]), start }, alias);
        if (alias === 'hy') {
          check(suite, { ...layer(new Numbers(8), [4, 5, 3, 37]), zoneoutRate: 0.5 }, alias);
        }
      });
    }

    it('leaves out the gradients that are not asked for', () => {
      const numbers = new Numbers(9);
      const p = { ...layer(numbers, [3, 5, 7, 18]), n: unset(270), h: unset(270), y: unset(270) };
      portable.rnnForward(p);
      const whole = backwardOf(numbers, p);
      // What reached the last state counts as zeros where it is not given.
      const expected = structuredClone({ ...whole, dhLast: new Float64Array(whole.dhLast!.length) });
      portable.rnnBackward(expected);
      for (const left of [['dh0'], ['dx'], ['dh0', 'dx']] as const) {
        const partial = structuredClone({ ...whole, dhLast: undefined });
        for (const name of left) delete partial[name];
        const copy = engineCopy(partial as RnnBackward);
        suite.newKernels().rnnBackward(copy.p);
        copy.expectGuards();
        const asked = GRADIENTS.filter((name) => !left.some((one) => one === name));
        for (const name of asked) expectClose(copy.p[name]!, expected[name]!, GRADIENT, name);
        expectClose(copy.p.dy, whole.dy, 1e-7, 'dy is left alone');
      }
    });
  });
}
