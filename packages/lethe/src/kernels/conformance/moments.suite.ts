/** Conformance of the moments kernels: activation and linear map. */
import { describe, expect, it } from 'vitest';
import type { Activation, MomentFunction } from '../contract/fields.ts';
import type { MomentsActivationBackward, MomentsLinearBackward } from '../contract/moments.ts';
import { portable } from '../portable/index.ts';
import * as oracle from './oracle.suite.ts';
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

export const ACTIVATIONS: readonly Activation[] = ['tanh', 'sigmoid', 'relu', 'identity'];
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

    it('are not numbers where mean or variance is none', () => {
      const kernels = suite.newKernels();
      for (const form of FORMS) {
        for (const activation of ACTIVATIONS) {
          for (const [mu, nu] of [
            [Number.NaN, 0],
            [Number.NaN, 1],
            [1, Number.NaN],
            [-1, Number.NaN],
          ]) {
            const [mean, variance] = [Float32Array.of(mu), Float32Array.of(nu)];
            const out = { outMean: new Float32Array(1), outVariance: new Float32Array(1) };
            kernels.momentsActivationForward({ n: 1, activation, ...form, mean, variance, ...out });
            // The mean of an identity knows nothing of a variance.
            const seen = activation === 'identity' && Number.isNaN(nu) ? out.outVariance : out.outMean;
            expect(seen[0], `${activation} ${form.form} of ${mu}, ${nu}`).toBeNaN();
          }
        }
      }
    });

    it('have the slopes of a quadrature at zero variance, of its variance too', () => {
      const kernels = suite.newKernels();
      const form = FORMS.find((one) => one.form === 'gauss-hermite')!;
      for (const activation of ['tanh', 'sigmoid'] as const) {
        const mean = Float32Array.of(-1, 0, 0.25, 2);
        const p = {
          ...{ n: 4, activation, ...form, mean, variance: new Float32Array(4) },
          ...{ outMean: new Float32Array(4), outVariance: new Float32Array(4) },
          ...{ dOutMean: new Float32Array(4).fill(1), dOutVariance: new Float32Array(4).fill(3) },
          ...{ dMean: new Float32Array(4), dVariance: new Float32Array(4) },
        };
        kernels.momentsActivationForward(p);
        kernels.momentsActivationBackward(p);
        // dE/dnu = f'' / 2, dVar/dnu = f'²
        const slopes = Array.from(mean, (x) => {
          const y = oracle.activate(activation, x);
          const slope = activation === 'tanh' ? 1 - y * y : y * (1 - y);
          const curvature = slope * (activation === 'tanh' ? -2 * y : 1 - 2 * y);
          return curvature / 2 + 3 * slope * slope;
        });
        expectClose(p.dVariance, slopes, 1e-5, `${activation} dVariance`);
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

export function momentsSuite(suite: Suite): void {
  activationSuite(suite);
  linearSuite(suite);
  freshSuite(suite);
}
