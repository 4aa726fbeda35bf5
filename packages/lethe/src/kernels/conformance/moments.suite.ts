/** Conformance of the moments kernels: activation, linear map, fast-dropout layer. */
import { describe, expect, it } from 'vitest';
import type { Activation, Active, MomentFunction } from '../contract/fields.ts';
import type {
  MomentsActivationBackward,
  MomentsLinearBackward,
  MomentsRnnBackward,
  MomentsRnnForward,
} from '../contract/moments.ts';
import { portable } from '../portable/index.ts';
import * as oracle from './oracle.suite.ts';
import { isLarge, layer, SIZES } from './rnn.suite.ts';
import {
  dot,
  engineCopy,
  expectClose,
  expectDirectional,
  expectFields,
  GRADIENT,
  Numbers,
  OUTPUT,
  type Suite,
  unset,
} from './support.suite.ts';

const ACTIVATIONS: readonly Activation[] = ['tanh', 'sigmoid', 'relu', 'identity'];
// Gauss-Hermite with five points for the standard normal (Abramowitz and Stegun, table 25.10, x sqrt 2, w / sqrt pi).
const HERMITE = {
  nodes: Float64Array.of(-2.856970013872806, -1.355626179974266, 0, 1.355626179974266, 2.856970013872806),
  weights: Float64Array.of(
    0.011257411327720691,
    0.2220759220056126,
    0.5333333333333333,
    0.2220759220056126,
    0.011257411327720691,
  ),
};
export const FORMS = [
  { form: 'wang-manning' },
  { form: 'probit' },
  { form: 'daunizeau' },
  { form: 'gauss-hermite', ...HERMITE },
] as const satisfies Omit<MomentFunction, 'activation'>[];

// [mu, nu, sigmoid mean, variance, tanh mean, variance, relu mean, variance]: the closed forms of Wang and Manning
// (2013) and of the rectified Gaussian, evaluated once in float64 outside this project and rounded to eight places.
const TABLE = [
  [0, 1, 0.5, 0.05314746, 0, 0.43458679, 0.39894228, 0.34084506],
  [1, 0.5, 0.71387163, 0.02118534, 0.63419208, 0.18070993, 1.02512727, 0.43491655],
  [-1, 2, 0.32117053, 0.07498357, -0.45530999, 0.4543372, 0.19964123, 0.24000227],
  [2, 4, 0.77684469, 0.07300606, 0.62980158, 0.40191373, 2.16663094, 3.00435123],
  [-3, 1, 0.07295902, 0.01962967, -0.95369001, 0.04017825, 0.00038215, 0.00020329],
  [0.5, 0.01, 0.62222927, 0.00323634, 0.45905923, 0.00843497, 0.50000001, 0.00999999],
];

/** dropped 0.3 unscaled; scaled Gaussian with s2 = 0.5; dropped 0.3 without the other variance */
export const NOISE = [
  { mean: 0.7, square: 0.21, variance: 0.7 },
  { mean: 1, square: 0.5, variance: 1.5 },
  { mean: 0.7, square: 0.21, variance: 0 },
];

function checkActivation(
  { newKernels }: Suite,
  f: MomentFunction,
  mean: Float64Array,
  variance: Float64Array,
) {
  const kernels = newKernels();
  const numbers = new Numbers(11);
  const n = mean.length;
  const p: MomentsActivationBackward = {
    ...f,
    n,
    mean,
    variance,
    outMean: unset(n),
    outVariance: unset(n),
    dOutMean: numbers.normal(n),
    dOutVariance: numbers.normal(n),
    dMean: numbers.normal(n),
    dVariance: numbers.normal(n),
  };
  const before = structuredClone(p);
  const copy = engineCopy(p);
  portable.momentsActivationForward(p);
  portable.momentsActivationBackward(p);
  kernels.momentsActivationForward(copy.p);
  kernels.momentsActivationBackward(copy.p);
  copy.expectGuards();
  const expected = Array.from(mean, (mu, i) => oracle.moments(f, mu, variance[i]));
  const means = expected.map((m) => m[0]);
  const variances = expected.map((m) => m[1]);
  expectClose(p.outMean, means, 1e-12, 'mean in float64');
  expectClose(p.outVariance, variances, 1e-11, 'variance in float64');
  expectClose(copy.p.outMean, means, OUTPUT, 'mean');
  expectClose(copy.p.outVariance, variances, OUTPUT, 'variance');
  expectFields(copy.p, p, ['dMean', 'dVariance'], GRADIENT);
  if (kernels.engine !== 'portable') return;
  expectDirectional(
    [
      { value: mean, gradient: p.dMean as Float64Array, before: before.dMean as Float64Array },
      { value: variance, gradient: p.dVariance as Float64Array, before: before.dVariance as Float64Array },
    ],
    () => {
      let loss = 0;
      for (let i = 0; i < n; i++) {
        const [m, v] = oracle.moments(f, mean[i], variance[i]);
        loss += m * p.dOutMean[i] + v * p.dOutVariance[i];
      }
      return loss;
    },
  );
}

function activationSuite(suite: Suite): void {
  describe('moments of an activation', () => {
    it('match a table of the closed forms', () => {
      const kernels = suite.newKernels();
      for (const [column, activation] of (['sigmoid', 'tanh', 'relu'] as const).entries()) {
        const mean = Float32Array.from(TABLE, (row) => row[0]);
        const variance = Float32Array.from(TABLE, (row) => row[1]);
        const out = { outMean: new Float32Array(6), outVariance: new Float32Array(6) };
        kernels.momentsActivationForward({ n: 6, activation, form: 'wang-manning', mean, variance, ...out });
        const expected = (offset: number) => TABLE.map((row) => row[2 + 2 * column + offset]);
        expectClose(out.outMean, expected(0), 1e-6, `${activation} mean`);
        expectClose(out.outVariance, expected(1), 1e-6, `${activation} variance`);
      }
    });

    for (const form of FORMS) {
      for (const activation of ACTIVATIONS) {
        it(`agree with the definition and its slope: ${activation}, ${form.form}`, () => {
          for (const n of [1, 3, 16, 37]) {
            const numbers = new Numbers(n);
            const mean = numbers.normal(n, 2);
            checkActivation(suite, { activation, ...form }, mean, numbers.uniform(n, 0.05, 4));
          }
        });
      }
    }

    it('keep their digits where units saturate, on either side', () => {
      for (const form of FORMS.filter((f) => f.form !== 'gauss-hermite')) {
        for (const activation of ['tanh', 'sigmoid'] as const) {
          for (const side of [-1, 1]) {
            const numbers = new Numbers(side + 5);
            const mean = numbers.uniform(64, 4, 8).map((mu) => side * mu);
            checkActivation(suite, { activation, ...form }, mean, numbers.uniform(64, 0.05, 2));
          }
        }
      }
    });

    it('have no variance at zero variance, except Wang-Manning sigmoid and tanh, whose formula leaves some', () => {
      const kernels = suite.newKernels();
      const mean = Float32Array.of(-30, -1, 0, 0.5, 30);
      for (const form of FORMS) {
        for (const activation of ACTIVATIONS) {
          const out = { outMean: new Float32Array(5), outVariance: new Float32Array(5) };
          const variance = new Float32Array(5);
          kernels.momentsActivationForward({ n: 5, activation, ...form, mean, variance, ...out });
          const plain = Array.from(mean, (x) => oracle.activate(activation, x));
          expectClose(out.outMean, plain, 1e-6, `${activation} ${form.form} mean`);
          const left = form.form === 'wang-manning' ? wangManningLeft(activation, mean) : new Float64Array(5);
          // Absolute: there is no largest value to go by. A mean square of 1 is rounded by 6e-8 twice, that of tanh times 4.
          const slack = activation === 'tanh' ? 4.8e-7 : 1.2e-7;
          for (const [i, variance] of out.outVariance.entries()) {
            const error = Math.abs(variance - left[i]);
            expect(error, `${activation} ${form.form} variance ${i}`).toBeLessThanOrEqual(slack);
          }
        }
      }
    });

    it('have finite gradients at zero and at tiny variance', () => {
      const kernels = suite.newKernels();
      for (const form of FORMS) {
        for (const activation of ACTIVATIONS) {
          for (const nu of [0, 1e-12, 1e-7]) {
            const one = () => Float32Array.of(1, 1, 1);
            const p = {
              n: 3,
              activation,
              ...form,
              mean: Float32Array.of(-1, 0.25, 2),
              variance: new Float32Array(3).fill(nu),
              outMean: one(),
              outVariance: one(),
              dOutMean: one(),
              dOutVariance: new Float32Array(3),
              dMean: new Float32Array(3),
              dVariance: new Float32Array(3),
            };
            kernels.momentsActivationForward(p);
            kernels.momentsActivationBackward(p);
            // At nu = 0 the mean's slope is f' in every form.
            const slope = Array.from(p.mean, (x) => {
              const y = oracle.activate(activation, x);
              if (activation === 'tanh') return 1 - y * y;
              if (activation === 'sigmoid') return y * (1 - y);
              return activation === 'relu' && x < 0 ? 0 : 1;
            });
            expectClose(p.dMean, slope, 1e-5, `${activation} ${form.form} dMean at ${nu}`);
            for (const d of p.dVariance) expect(Number.isFinite(d)).toBe(true);
          }
        }
      }
    });
  });
}

/**
 * What the Wang-Manning variance is at nu = 0: s(a (mu - b)) - s(mu)², a = 4 - 2 sqrt(2), b = -ln(sqrt(2) - 1), at least 0
 * (S. Wang, C. Manning 2013, Fast dropout training, section 4); of tanh(x) = 2 s(2x) - 1 four times that at 2 mu.
 */
function wangManningLeft(activation: Activation, mean: ArrayLike<number>): number[] {
  const s = (x: number) => 1 / (1 + Math.exp(-x));
  const sigmoid = (mu: number) =>
    Math.max(0, s((4 - 2 * Math.SQRT2) * (mu + Math.log(Math.SQRT2 - 1))) - s(mu) ** 2);
  return Array.from(mean, (mu) => {
    if (activation === 'sigmoid') return sigmoid(mu);
    return activation === 'tanh' ? 4 * sigmoid(2 * mu) : 0;
  });
}

function linearSuite(suite: Suite): void {
  describe('the linear map of noisy inputs', () => {
    for (const [M, I, O] of [
      [1, 1, 1],
      [5, 3, 37],
      [17, 50, 16],
      [33, 37, 65],
      [130, 5, 3],
    ]) {
      for (const [index, noise] of NOISE.entries()) {
        it(`has exact moments and their gradients at [M, I, O] = [${[M, I, O]}], noise ${index}`, () => {
          const kernels = suite.newKernels();
          const numbers = new Numbers(20 + index);
          for (const withVariance of [true, false]) {
            const variance = withVariance ? numbers.uniform(M * I, 0, 2) : undefined;
            const p = {
              M,
              I,
              O,
              noise,
              mean: numbers.normal(M * I),
              variance,
              w: numbers.normal(I * O, 1 / Math.sqrt(I)),
              bias: numbers.normal(O),
              noisyVariance: unset(M * I),
              outMean: unset(M * O),
              outVariance: unset(M * O),
              dOutMean: numbers.normal(M * O),
              dOutVariance: numbers.normal(M * O),
              dMean: numbers.normal(M * I),
              dVariance: withVariance ? numbers.normal(M * I) : undefined,
              dw: numbers.normal(I * O),
              dbias: numbers.normal(O),
            } satisfies MomentsLinearBackward & { outMean: Float64Array; outVariance: Float64Array };
            const before = structuredClone(p);
            const copy = engineCopy(p);
            portable.momentsLinearForward(p);
            portable.momentsLinearBackward(p);
            kernels.momentsLinearForward(copy.p);
            const expected = { ...p, ...oracle.linear(p) };
            expectFields(copy.p, expected, ['outMean', 'outVariance'], OUTPUT);
            kernels.momentsLinearBackward(copy.p);
            copy.expectGuards();
            expectFields(copy.p, p, ['dMean', 'dVariance', 'dw', 'dbias'], GRADIENT);
            if (kernels.engine !== 'portable') continue;
            const pairs = { mean: 'dMean', variance: 'dVariance', w: 'dw', bias: 'dbias' } as const;
            expectDirectional(
              (Object.keys(pairs) as (keyof typeof pairs)[])
                .filter((name) => p[name] !== undefined)
                .map((name) => ({
                  value: p[name] as Float64Array,
                  gradient: p[pairs[name]] as Float64Array,
                  before: before[pairs[name]] as Float64Array,
                })),
              () => {
                const out = oracle.linear(p);
                return dot(out.outMean, p.dOutMean) + dot(out.outVariance, p.dOutVariance);
              },
            );
          }
        });
      }
    }
  });
}

function freshSuite(suite: Suite): void {
  it('overwrites fresh gradients of the inputs of a linear map in full', () => {
    // O above the depth at which the native engine cuts its products into blocks
    const [M, I, O] = [5, 37, 1030];
    const numbers = new Numbers(40);
    const single = (length: number) => Float32Array.from(numbers.normal(length));
    const shared = {
      ...{ M, I, O, noise: NOISE[0], mean: single(M * I), w: single(I * O), bias: single(O) },
      ...{ noisyVariance: single(M * I), dOutMean: single(M * O), dOutVariance: single(M * O) },
    };
    const gradients = (fill: number) => ({
      ...{ dMean: new Float32Array(M * I).fill(fill), dVariance: new Float32Array(M * I).fill(fill) },
      ...{ dw: new Float32Array(I * O), dbias: new Float32Array(O) },
    });
    const added = gradients(0);
    const fresh = gradients(Number.NaN);
    suite.newKernels().momentsLinearBackward({ ...shared, ...added });
    suite.newKernels().momentsLinearBackward({ ...shared, ...fresh, fresh: true });
    for (const name of ['dMean', 'dVariance'] as const) expectClose(fresh[name], added[name], 1e-7, name);
  });
}

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

function layerSuite(suite: Suite): void {
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

export function momentsSuite(suite: Suite): void {
  activationSuite(suite);
  linearSuite(suite);
  freshSuite(suite);
  layerSuite(suite);
}
