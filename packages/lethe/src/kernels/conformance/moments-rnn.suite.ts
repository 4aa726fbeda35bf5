/** Conformance of the fast-dropout recurrent layer. */
import { describe, expect, it } from 'vitest';
import type { Active } from '../contract/fields.ts';
import type { MomentsRnnBackward, MomentsRnnForward } from '../contract/moments.ts';
import { portable } from '../portable/index.ts';
import { ACTIVATIONS, FORMS, NOISE } from './moments.suite.ts';
import * as oracle from './oracle.suite.ts';
import { isLarge, layer, SIZES } from './rnn.suite.ts';
import {
  dot,
  engineCopy,
  expectDirectional,
  expectFields,
  GRADIENT,
  Numbers,
  OUTPUT,
  type Suite,
  unset,
} from './support.suite.ts';

/** A fast-dropout layer with everything optional present unless overridden. */
export function momentsLayer(
  numbers: Numbers,
  sizes: readonly number[],
  options: Partial<MomentsRnnForward> = {},
): MomentsRnnForward {
  const [T, B, I, H] = sizes;
  const n = T * B * H;
  return {
    ...layer(numbers, sizes),
    form: 'wang-manning',
    xVariance: numbers.uniform(T * B * I, 0, 0.5),
    h0Variance: numbers.uniform(B * H, 0, 0.5),
    noiseInput: NOISE[0],
    noiseRecurrent: NOISE[1],
    aMean: unset(n),
    aVariance: unset(n),
    hMean: unset(n),
    hVariance: unset(n),
    ...options,
  };
}

/** Adds cotangents, and gradients that start from numbers. */
export function momentsBackwardOf(numbers: Numbers, p: MomentsRnnForward): MomentsRnnBackward {
  const { T, B, I, H } = p;
  return {
    ...p,
    dhMean: numbers.normal(T * B * H),
    dhVariance: numbers.normal(T * B * H),
    dwIn: numbers.normal(I * H),
    dwRec: numbers.normal(H * H),
    dbias: numbers.normal(H),
    dh0: numbers.normal(B * H),
    dh0Variance: p.h0Variance && numbers.normal(B * H),
    dx: numbers.normal(T * B * I),
    dxVariance: p.xVariance && numbers.normal(T * B * I),
    daMean: unset(T * B * H),
    daVariance: unset(T * B * H),
  };
}

/** Steps that do not count have no gradient of their own. */
export function expectRest(
  p: Active & { B: number; T: number },
  rows: number,
  all: readonly ArrayLike<number>[],
): void {
  for (const gradient of all) {
    const width = gradient.length / rows;
    for (let row = 0; row < rows; row++) {
      const [t, b] = [Math.floor(row / p.B), row % p.B];
      if (t >= (p.start?.[b] ?? 0) && t < (p.stop?.[b] ?? p.T)) continue;
      const own = Array.from({ length: width }, (_, j) => gradient[row * width + j]);
      expect(
        own.every((value) => value === 0),
        `gradient of the inactive step ${t} of row ${b}`,
      ).toBe(true);
    }
  }
}

function checkLayer({ newKernels }: Suite, forward: MomentsRnnForward): void {
  const kernels = newKernels();
  const p = momentsBackwardOf(new Numbers(31), forward);
  const before = structuredClone(p);
  const copy = engineCopy(p);
  portable.momentsRnnForward(p);
  kernels.momentsRnnForward(copy.p);
  const expected = { ...p, ...oracle.momentsRnn(p) };
  expectFields(p, expected, ['hMean', 'hVariance'], 1e-10);
  expectFields(copy.p, expected, ['hMean', 'hVariance'], OUTPUT);
  portable.momentsRnnBackward(p);
  kernels.momentsRnnBackward(copy.p);
  copy.expectGuards();
  const pairs = {
    wIn: 'dwIn',
    wRec: 'dwRec',
    bias: 'dbias',
    h0: 'dh0',
    h0Variance: 'dh0Variance',
    x: 'dx',
    xVariance: 'dxVariance',
  } as const;
  expectFields(copy.p, p, [...Object.values(pairs), 'daMean', 'daVariance'], GRADIENT);
  expectRest(copy.p, p.T * p.B, [copy.p.daMean, copy.p.daVariance]);
  if (kernels.engine !== 'portable' || isLarge(p)) return;
  expectDirectional(
    (Object.keys(pairs) as (keyof typeof pairs)[])
      .filter((name) => p[name] !== undefined)
      .map((name) => ({
        value: p[name] as Float64Array,
        gradient: p[pairs[name]] as Float64Array,
        before: before[pairs[name]] as Float64Array,
      })),
    () => {
      const out = oracle.momentsRnn(p);
      return dot(out.hMean, p.dhMean) + dot(out.hVariance, p.dhVariance!);
    },
  );
}

export function momentsRnnSuite(suite: Suite): void {
  describe('the fast-dropout recurrent layer', () => {
    for (const sizes of SIZES) {
      it(`agrees with the equations at [T, B, I, H] = [${sizes}]`, () => {
        checkLayer(suite, momentsLayer(new Numbers(1), sizes));
      });
    }

    for (const form of FORMS) {
      for (const activation of ACTIVATIONS) {
        // The oracle integrates the probit numerically, so that case stays small.
        const sizes = form.form === 'probit' ? [2, 3, 4, 9] : [3, 5, 3, 37];
        it(`runs ${activation} units in the ${form.form} form`, () => {
          checkLayer(suite, momentsLayer(new Numbers(2), sizes, { activation, ...form }));
        });
      }
    }

    it('reads inputs that are mostly zero', () => {
      const numbers = new Numbers(9);
      for (const sizes of [
        [3, 5, 50, 37],
        [4, 17, 88, 33],
      ]) {
        for (const absent of [{}, { xVariance: undefined }]) {
          const p = momentsLayer(numbers, sizes, absent);
          p.x.forEach((_, i) => {
            if (i % 11 !== 3) p.x[i] = 0;
          });
          checkLayer(suite, p);
        }
      }
    });

    it('takes absent variances as zero', () => {
      const numbers = new Numbers(3);
      const absent = { xVariance: undefined, h0Variance: undefined };
      checkLayer(suite, momentsLayer(numbers, [3, 5, 3, 37], absent));
      checkLayer(suite, momentsLayer(numbers, [3, 17, 50, 16], { ...absent, noiseRecurrent: NOISE[2] }));
    });

    it('lets the gradients of the pre-activations take their place', () => {
      const epsilon = new Numbers(8).normal(4 * 17 * 37);
      for (const draws of [undefined, epsilon]) {
        const kernels = suite.newKernels();
        const layer = momentsLayer(new Numbers(7), [4, 17, 3, 37], {
          epsilon: draws,
          start: new Int32Array(17).fill(1),
        });
        const apart = engineCopy(momentsBackwardOf(new Numbers(31), layer)).p;
        const inPlace = engineCopy(momentsBackwardOf(new Numbers(31), layer)).p;
        inPlace.daMean = inPlace.aMean;
        inPlace.daVariance = inPlace.aVariance;
        for (const p of [apart, inPlace]) {
          kernels.momentsRnnForward(p);
          kernels.momentsRnnBackward(p);
        }
        for (const name of ['dwIn', 'dwRec', 'dbias', 'dh0', 'dx', 'daMean', 'daVariance'] as const) {
          expect(inPlace[name], name).toEqual(apart[name]);
        }
      }
    });

    it('samples the pre-activation where draws are given', () => {
      const numbers = new Numbers(4);
      const epsilon = numbers.normal(4 * 5 * 37);
      checkLayer(suite, momentsLayer(numbers, [4, 5, 3, 37], { epsilon }));
      const start = Int32Array.of(0, 1, 2, 3, 4);
      checkLayer(suite, momentsLayer(numbers, [4, 5, 3, 37], { epsilon, start, activation: 'sigmoid' }));
    });

    it('passes no gradient through the root of a variance that is zero', () => {
      const numbers = new Numbers(5);
      const none = { mean: 1, square: 0, variance: 0 };
      const noise = { noiseInput: none, noiseRecurrent: none, epsilon: numbers.normal(3 * 5 * 7) };
      checkLayer(suite, momentsLayer(numbers, [3, 5, 2, 7], noise));
    });

    it('keeps the moments of rows that have not started or have stopped', () => {
      const start = Int32Array.of(0, 2, 4, 5, 1);
      const stop = Int32Array.of(5, 4, 5, 5, 1);
      checkLayer(suite, momentsLayer(new Numbers(6), [5, 5, 3, 37], { start }));
      checkLayer(suite, momentsLayer(new Numbers(6), [5, 5, 3, 37], { stop }));
      checkLayer(suite, momentsLayer(new Numbers(6), [5, 5, 3, 37], { start, stop }));
    });
  });
}
