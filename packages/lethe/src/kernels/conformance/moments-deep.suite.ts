/** Conformance of the deep transition under fast dropout. */
import { describe, expect, it } from 'vitest';
import type { MomentsDeepRnnBackward, MomentsDeepRnnForward } from '../contract/deep.ts';
import { portable } from '../portable/index.ts';
import * as oracle from './deep-oracle.suite.ts';
import { ACTIVATIONS, FORMS, NOISE } from './moments.suite.ts';
import { expectRest } from './moments-rnn.suite.ts';
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

/** A layer with everything optional present unless overridden. */
export function momentsDeepLayer(
  numbers: Numbers,
  [T, B, I, H]: readonly number[],
  options: Partial<MomentsDeepRnnForward> = {},
): MomentsDeepRnnForward {
  const { N = 1, S = 0 } = options;
  const row = (N + 1) * H;
  return {
    T,
    B,
    I,
    H,
    N,
    S,
    activation: 'tanh',
    inner: 'tanh',
    form: 'wang-manning',
    x: numbers.normal(T * B * I),
    xVariance: numbers.uniform(T * B * I, 0, 0.5),
    h0: numbers.normal(B * H, 0.5),
    h0Variance: numbers.uniform(B * H, 0, 0.5),
    wIn: numbers.normal(I * H, 1 / Math.sqrt(I)),
    wRec: numbers.normal(H * (row + S * H), 0.6 / Math.sqrt(H)),
    bias: numbers.normal(row, 0.3),
    noiseInput: NOISE[0],
    noiseRecurrent: NOISE[1],
    noiseTransition: NOISE[0],
    aMean: unset(T * B * row),
    aVariance: unset(T * B * row),
    unitsMean: unset(T * B * N * H),
    unitsVariance: unset(T * B * N * H),
    hMean: unset(T * B * H),
    hVariance: unset(T * B * H),
    ...options,
  };
}

/** Adds cotangents, and gradients that start from numbers. */
export function momentsDeepBackward(numbers: Numbers, p: MomentsDeepRnnForward): MomentsDeepRnnBackward {
  const { T, B, I, H, N, S } = p;
  return {
    ...p,
    dhMean: numbers.normal(T * B * H),
    dhVariance: numbers.normal(T * B * H),
    dwIn: numbers.normal(I * H),
    dwRec: numbers.normal((N + 1 + S) * H * H),
    dbias: numbers.normal((N + 1) * H),
    dh0: numbers.normal(B * H),
    dh0Variance: p.h0Variance && numbers.normal(B * H),
    dx: numbers.normal(T * B * I),
    dxVariance: p.xVariance && numbers.normal(T * B * I),
    daMean: unset(T * B * (N + 1) * H),
    daVariance: unset(T * B * (N + 1) * H),
  };
}

function check({ newKernels }: Suite, forward: MomentsDeepRnnForward): void {
  const kernels = newKernels();
  const p = momentsDeepBackward(new Numbers(31), forward);
  const before = structuredClone(p);
  const copy = engineCopy(p);
  portable.momentsDeepRnnForward(p);
  kernels.momentsDeepRnnForward(copy.p);
  const expected = { ...p, ...oracle.momentsDeepRnn(p) };
  expectFields(p, expected, ['hMean', 'hVariance'], 1e-10);
  expectFields(copy.p, expected, ['hMean', 'hVariance'], OUTPUT);
  portable.momentsDeepRnnBackward(p);
  kernels.momentsDeepRnnBackward(copy.p);
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
  if (kernels.engine !== 'portable' || p.T * p.B * p.H * (p.I + (p.N + 2) * p.H) > 5e5) return;
  expectDirectional(
    (Object.keys(pairs) as (keyof typeof pairs)[])
      .filter((name) => p[name] !== undefined)
      .map((name) => ({
        value: p[name] as Float64Array,
        gradient: p[pairs[name]] as Float64Array,
        before: before[pairs[name]] as Float64Array,
      })),
    () => {
      const out = oracle.momentsDeepRnn(p);
      return dot(out.hMean, p.dhMean) + dot(out.hVariance, p.dhVariance!);
    },
  );
}

export function momentsDeepSuite(suite: Suite): void {
  describe('the deep transition under fast dropout', () => {
    for (const sizes of [
      [1, 1, 1, 1],
      [2, 1, 3, 1],
      [3, 5, 3, 37],
      [2, 17, 50, 33],
      [12, 3, 2, 20],
      [2, 20, 88, 200],
    ]) {
      it(`agrees with the equations at [T, B, I, H] = [${sizes}]`, () => {
        check(suite, momentsDeepLayer(new Numbers(1), sizes));
        check(suite, momentsDeepLayer(new Numbers(2), sizes, { N: 2, S: 1 }));
      });
    }

    for (const form of FORMS) {
      for (const activation of ACTIVATIONS) {
        // The oracle integrates the probit numerically, so that case stays small.
        const sizes = form.form === 'probit' ? [2, 3, 4, 7] : [3, 4, 3, 19];
        it(`runs ${activation} units in the ${form.form} form, below and above tanh`, () => {
          const numbers = new Numbers(2);
          check(suite, momentsDeepLayer(numbers, sizes, { activation, S: 1, ...form }));
          check(suite, momentsDeepLayer(numbers, sizes, { inner: activation, N: 2, ...form }));
        });
      }
    }

    it('reads inputs that are mostly zero', () => {
      for (const absent of [{}, { xVariance: undefined }]) {
        const p = momentsDeepLayer(new Numbers(9), [4, 17, 88, 33], { S: 1, ...absent });
        p.x.forEach((_, i) => {
          if (i % 11 !== 3) p.x[i] = 0;
        });
        check(suite, p);
      }
    });

    it('takes absent variances as zero', () => {
      const absent = { xVariance: undefined, h0Variance: undefined };
      check(suite, momentsDeepLayer(new Numbers(3), [3, 5, 3, 37], { S: 1, ...absent }));
      check(
        suite,
        momentsDeepLayer(new Numbers(3), [3, 17, 50, 16], { N: 3, ...absent, noiseTransition: NOISE[2] }),
      );
    });

    it('samples every pre-activation where draws are given', () => {
      const numbers = new Numbers(4);
      const epsilon = numbers.normal(4 * 5 * 3 * 17);
      const start = Int32Array.of(0, 1, 2, 3, 4);
      for (const inner of ['tanh', 'sigmoid'] as const) {
        check(suite, momentsDeepLayer(numbers, [4, 5, 3, 17], { N: 2, S: 1, epsilon, inner, start }));
      }
    });

    it('keeps the moments of rows that have not started or have stopped', () => {
      const start = Int32Array.of(0, 2, 4, 5, 1);
      const stop = Int32Array.of(5, 4, 5, 5, 1);
      for (const active of [{ start }, { stop }, { start, stop }]) {
        check(suite, momentsDeepLayer(new Numbers(6), [5, 5, 3, 17], { N: 2, S: 1, ...active }));
      }
    });

    it('lets the gradients of the pre-activations take their place', () => {
      const kernels = suite.newKernels();
      const layer = momentsDeepLayer(new Numbers(7), [4, 9, 3, 37], { N: 2, S: 1 });
      const apart = engineCopy(momentsDeepBackward(new Numbers(31), layer)).p;
      const inPlace = engineCopy(momentsDeepBackward(new Numbers(31), layer)).p;
      inPlace.daMean = inPlace.aMean;
      inPlace.daVariance = inPlace.aVariance;
      for (const p of [apart, inPlace]) {
        kernels.momentsDeepRnnForward(p);
        kernels.momentsDeepRnnBackward(p);
      }
      for (const name of ['dwIn', 'dwRec', 'dbias', 'dh0', 'dx', 'daMean', 'daVariance'] as const) {
        expect(inPlace[name], name).toEqual(apart[name]);
      }
    });
  });
}
