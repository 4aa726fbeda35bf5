import { beforeAll, describe, expect, it } from 'vitest';
import { comparisons, goldenPoints } from './bayer2013-accuracy.ts';
import { mapChecks } from './exact-maps.ts';
import { deviations, type FormAccuracy, formAccuracies, formMoments, formRows } from './moment-accuracy.ts';
import { activations, integratedMoments } from './true-moments.ts';

let forms: FormAccuracy[];
beforeAll(() => {
  forms = formAccuracies();
});

/** Largest error for s up to a limit, by the name of the form. */
function error(activation: string, form: string, moment: 'mean' | 'variance', limit: number): number {
  const row = forms.find((one) => one.activation === activation && one.form.startsWith(form))!;
  return row[moment][deviations.indexOf(limit as 1)];
}

// Printed figures of an independent program (float64, dense numerical integration, mu in [-10, 10]). Its grid of s
// is coarser: where a maximum lies between its points, ours is the larger.
describe('largest errors of the sigmoid', () => {
  it.each([
    ['wang-manning', 1, 0.0046],
    ['wang-manning', 3, 0.0132],
    ['probit', 1, 0.0046],
    ['probit', 3, 0.0132],
    ['daunizeau', 1, 0.0049],
    ['daunizeau', 3, 0.01],
    ['daunizeau', 8, 0.0118],
    ['gauss-hermite, 5', 3, 0.019],
    ['gauss-hermite, 5', 8, 0.108],
    ['gauss-hermite, 9', 3, 0.0042],
    ['gauss-hermite, 9', 8, 0.059],
    ['gauss-hermite, 15', 3, 0.0007],
    ['gauss-hermite, 15', 8, 0.03],
    ['gauss-hermite, 32', 8, 0.0076],
  ])('%s, mean, s <= %s: %s', (form, limit, printed) => {
    const digits = String(printed).split('.')[1].length;
    expect(error('sigmoid', form, 'mean', limit)).toBeCloseTo(printed, digits);
  });

  it.each([
    ['wang-manning', 0, 0.0271],
    ['wang-manning', 0.5, 0.0271],
    ['wang-manning', 8, 0.0271],
    ['probit', 0, 0],
    ['probit', 0.5, 0.0008],
    ['probit', 1, 0.0022],
    ['probit', 3, 0.0071],
    ['probit', 8, 0.0071],
    ['daunizeau', 0, 0],
    ['daunizeau', 0.5, 0.0032],
    ['daunizeau', 1, 0.0071],
    ['daunizeau', 3, 0.0102],
    // that program prints 0.0112
    ['daunizeau', 8, 0.0113],
    ['gauss-hermite, 5', 1, 0.0002],
    ['gauss-hermite, 5', 3, 0.026],
    ['gauss-hermite, 5', 8, 0.085],
    // that program prints 0.0077; at mu = 0, s = 3, steps of 0.001 in mu find nothing above 0.00765
    ['gauss-hermite, 9', 3, 0.00765],
    ['gauss-hermite, 9', 8, 0.053],
    ['gauss-hermite, 15', 3, 0.0017],
    ['gauss-hermite, 15', 8, 0.032],
    ['gauss-hermite, 32', 8, 0.01],
  ])('%s, variance, s <= %s: %s', (form, limit, printed) => {
    const digits = String(printed).split('.')[1]?.length ?? 6;
    expect(error('sigmoid', form, 'variance', limit)).toBeCloseTo(printed, digits);
  });

  it('of the mean at s = 5 is the 0.0157 of that program, and a little more at 5.5', () => {
    const worstAt = (s: number): number => {
      const mus = Array.from({ length: 201 }, (_, i) => (i - 100) / 10);
      const got = formMoments(
        formRows[0],
        mus.map((mu) => [mu, s * s]),
      );
      return Math.max(
        ...mus.map((mu, i) => Math.abs(got[i].mean - integratedMoments(activations.sigmoid, mu, s).mean)),
      );
    };
    expect(worstAt(5)).toBeCloseTo(0.0157, 4);
    expect(error('sigmoid', 'wang-manning', 'mean', 8)).toBeCloseTo(worstAt(5.5), 6);
  });
});

describe('largest errors of the others', () => {
  it('tanh in the Wang-Manning form: mean 0.020 and 0.0325, variance 0.108', () => {
    expect(error('tanh', 'wang-manning', 'mean', 1)).toBeCloseTo(0.02, 3);
    // that program prints 0.033; steps of 0.001 in mu find nothing above 0.03247
    expect(error('tanh', 'wang-manning', 'mean', 3)).toBeCloseTo(0.0325, 4);
    expect(error('tanh', 'wang-manning', 'variance', 0)).toBeCloseTo(0.108, 3);
    expect(error('tanh', 'wang-manning', 'variance', 8)).toBeCloseTo(0.108, 3);
  });

  it('relu and identity are exact: what is left is the rounding of float32, of values up to 100', () => {
    for (const activation of ['relu', 'identity']) {
      expect(error(activation, 'exact', 'mean', 8)).toBeLessThan(4e-6);
      expect(error(activation, 'exact', 'variance', 8)).toBeLessThan(4e-5);
    }
  });
});

// Mean and variance of sigmoid, tanh and relu at the six points, by the same independent program.
const integrals = {
  sigmoid: [
    [0.5, 0.04337904],
    [0.71157317, 0.01811536],
    [0.3249433, 0.0568835],
    [0.77520025, 0.06186495],
    [0.06932386, 0.0046962],
    [0.62217285, 0.00055018],
  ],
  tanh: [
    [0, 0.39429449],
    [0.63212056, 0.13186427],
    [-0.45212439, 0.39621535],
    [0.63895179, 0.35211177],
    [-0.97160342, 0.00742834],
    [0.4585315, 0.00616513],
  ],
  relu: [
    [0.39894228, 0.34084506],
    [1.02512727, 0.43491655],
    [0.19964123, 0.24000227],
    [2.16663094, 3.00435123],
    [0.00038215, 0.00020329],
    [0.50000001, 0.00999999],
  ],
} as const;

describe.each(['sigmoid', 'tanh', 'relu'] as const)('moments of %s at the six points', (activation) => {
  const points = comparisons(activation);

  it('by integration are those of the other program', () => {
    points.forEach(({ integrated }, i) => {
      expect(integrated.mean).toBeCloseTo(integrals[activation][i][0], 7);
      expect(integrated.variance).toBeCloseTo(integrals[activation][i][1], 7);
    });
  });

  it('by 100000 draws are those by integration, within 4 standard errors', () => {
    expect(points).toHaveLength(goldenPoints.length);
    for (const { sampled, integrated, mu, nu } of points) {
      const where = `mu ${mu}, nu ${nu}`;
      expect(Math.abs(sampled.mean - integrated.mean), where).toBeLessThan(4 * sampled.meanError);
      expect(Math.abs(sampled.variance - integrated.variance), where).toBeLessThan(4 * sampled.varianceError);
    }
  });
});

describe('closed forms without approximation', () => {
  it.each(mapChecks(2013, 100_000))('$name: within 4 standard errors of 100000 draws', (check) => {
    const { mean, variance, sampled } = check;
    expect(Math.abs(sampled.mean - mean)).toBeLessThan(4 * sampled.meanError);
    expect(Math.abs(sampled.variance - variance)).toBeLessThan(4 * sampled.varianceError);
    // narrow enough to notice a dropped term: the smallest of them makes a fifth of the variance
    expect(sampled.varianceError).toBeLessThan(0.02 * variance);
  });
});
