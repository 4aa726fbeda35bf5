/**
 * How accurate the moments of fast dropout are: the paper calls the approximation of sigmoid and tanh very good
 * (J. Bayer et al. 2013, section 2.2.1) and gives no figures; these are ours, for every form of the library.
 */
import { NoiseStream } from 'lethe';
import { shortNumber } from '../../pictures/svg/scale.ts';
import { type MapCheck, mapChecks } from './exact-maps.ts';
import { deviations, type FormAccuracy, formAccuracies, formMoments, formRows } from './moment-accuracy.ts';
import type { ReproducedTable, Reproduction } from './reproduction.ts';
import { type ActivationName, activations, integratedMoments, sampledMoments } from './true-moments.ts';

const seed = 2013;
const draws = 100_000;

/** Means and variances of the pre-activation at which moments are compared with draws. */
export const goldenPoints = [
  [0, 1],
  [1, 0.5],
  [-1, 2],
  [2, 4],
  [-3, 1],
  [0.5, 0.01],
] as const;

export const bayer2013Accuracy: Reproduction = {
  paper: 'bayer2013',
  kind: 'table',
  number: 'accuracy',
  title: 'Accuracy of the moment forms',
  async make({ log, signal }) {
    log('integrating over means from -10 to 10 and deviations up to 8');
    const forms = formAccuracies();
    if (signal.aborted) return undefined;
    log(`drawing ${draws} numbers at each of ${goldenPoints.length} points`);
    const points = (['sigmoid', 'tanh', 'relu'] as const).flatMap(comparisons);
    const maps = mapChecks(seed, draws);
    return {
      caption: [
        'Errors are the largest over mu from -10 to 10 in steps of 0.05 and s in steps of 0.25, against numerical',
        `integration; draws are ${draws} of a Philox stream with seed ${seed}, ± one standard error. The library`,
        'computes in float32; errors below 1.5e-5 are shown as 0.',
      ].join(' '),
      tables: [errorTable('mean', forms), errorTable('variance', forms), pointTable(points), mapTable(maps)],
      data: { deviations, forms, points, maps },
    };
  },
};

/** Moments of one activation at one point, by every way to get them. */
export interface PointComparison {
  activation: ActivationName;
  mu: number;
  nu: number;
  sampled: ReturnType<typeof sampledMoments>;
  integrated: { mean: number; variance: number };
  forms: Record<string, { mean: number; variance: number }>;
}

/** The six points of one activation. */
export function comparisons(activation: ActivationName): PointComparison[] {
  const rows = formRows.filter((row) => row.activation === activation);
  const got = rows.map((row) => formMoments(row, goldenPoints));
  const stream = new NoiseStream(seed);
  return goldenPoints.map(([mu, nu], i) => ({
    ...{ activation, mu, nu },
    sampled: sampledMoments(activations[activation], mu, Math.sqrt(nu), {
      stream,
      place: { site: 'sample', layer: i },
      count: draws,
    }),
    integrated: integratedMoments(activations[activation], mu, Math.sqrt(nu)),
    forms: Object.fromEntries(rows.map(({ form }, k) => [form, got[k][i]])),
  }));
}

/** Four decimals; smaller ones by their size, and what float32 leaves of values up to 100 is nothing. */
export function errorText(error: number): string {
  if (error < 1.5e-5) return '0';
  return error < 5e-5 ? error.toExponential(0) : error.toFixed(4);
}

// --- internal ---

function errorTable(moment: 'mean' | 'variance', forms: readonly FormAccuracy[]): ReproducedTable {
  return {
    title: `Largest error of the ${moment} of f(X), X ~ N(mu, s²)`,
    header: ['f', 'form', ...deviations.map((s) => (s === 0 ? 's = 0' : `s ≤ ${s}`))],
    rows: forms.map((one) => [one.activation, one.form, ...one[moment].map(errorText)]),
    align: `ll${'r'.repeat(deviations.length)}`,
    exact: {
      header: ['activation', 'form', ...deviations.map((s) => `s<=${s}`)],
      rows: forms.map((one) => [one.activation, one.form, ...one[moment]]),
    },
  };
}

/** Without the sign of a zero. */
const fixed = (value: number, digits: number): string => value.toFixed(digits).replace(/^-(0\.0*)$/, '$1');

const shown = ['wang-manning', 'probit', 'daunizeau', 'gauss-hermite, 15 points'];

function pointTable(points: readonly PointComparison[]): ReproducedTable {
  const rows = points.flatMap(({ activation, mu, nu, sampled, integrated, forms }) =>
    (['mean', 'variance'] as const).map((moment) => [
      activation,
      shortNumber(mu),
      shortNumber(nu),
      moment,
      `${fixed(sampled[moment], 5)} ± ${fixed(sampled[`${moment}Error`], 5)}`,
      fixed(integrated[moment], 5),
      ...shown.map((form) => fixed((forms[form] ?? forms.exact)[moment], 5)),
    ]),
  );
  const header = ['f', 'mu', 'nu', '', 'draws', 'integral', ...shown];
  const exact = {
    header: ['activation', 'mu', 'nu', 'moment', 'draws', 'draws_standard_error', 'integral', ...shown],
    rows: points.flatMap(({ activation, mu, nu, sampled, integrated, forms }) =>
      (['mean', 'variance'] as const).map((moment) => [
        ...[activation, mu, nu, moment, sampled[moment], sampled[`${moment}Error`], integrated[moment]],
        ...shown.map((form) => (forms[form] ?? forms.exact)[moment]),
      ]),
    ),
  };
  return { title: 'Moments of f(X), X ~ N(mu, nu)', header, rows, align: 'lrrlrrrrrr', exact };
}

function mapTable(maps: readonly MapCheck[]): ReproducedTable {
  const rows = maps.flatMap(({ name, sampled, ...closed }) =>
    (['mean', 'variance'] as const).map((moment) => [
      name,
      moment,
      `${fixed(sampled[moment], 4)} ± ${fixed(sampled[`${moment}Error`], 4)}`,
      fixed(closed[moment], 4),
    ]),
  );
  const exact = {
    header: ['map', 'moment', 'draws', 'draws_standard_error', 'closed_form'],
    rows: maps.flatMap(({ name, sampled, ...closed }) =>
      (['mean', 'variance'] as const).map((moment) => [
        ...[name, moment, sampled[moment], sampled[`${moment}Error`], closed[moment]],
      ]),
    ),
  };
  const header = ['', '', 'draws', 'closed form'];
  return { title: 'Exact by construction', header, rows, align: 'llrr', exact };
}
