/** How far the moment forms of the library are from the true moments. */
import { Tensor } from 'lethe';
import { realFrom } from 'lethe/engine';
import { activationMoments, type MomentFunctionOptions } from 'lethe/moments';
import { type ActivationName, activations, integratedMoments } from './true-moments.ts';

/** A form as a row of the table. */
export interface FormRow {
  activation: ActivationName;
  form: string;
  options: MomentFunctionOptions;
}

/** Largest errors of a form, by the largest standard deviation of the input. */
export interface FormAccuracy {
  activation: ActivationName;
  form: string;
  /** in the order of {@link deviations} */
  mean: number[];
  variance: number[];
}

const approximations: [form: string, options: MomentFunctionOptions][] = [
  ['wang-manning', { form: 'wang-manning' }],
  ['probit', { form: 'probit' }],
  ['daunizeau', { form: 'daunizeau' }],
  ...[5, 9, 15, 32].map((points): [string, MomentFunctionOptions] => [
    `gauss-hermite, ${points} points`,
    { form: 'gauss-hermite', points },
  ]),
];

/** Every form of the library; relu and identity have one, exact in all of them. */
export const formRows: readonly FormRow[] = [
  ...(['sigmoid', 'tanh'] as const).flatMap((activation) =>
    approximations.map(([form, options]) => ({ activation, form, options })),
  ),
  ...(['relu', 'identity'] as const).map((activation) => ({ activation, form: 'exact', options: {} })),
];

/** The largest deviations s that errors are given for. */
export const deviations = [0, 0.5, 1, 3, 8] as const;

/** Largest errors over mu in [-10, 10] in steps of 0.05 and s in steps of 0.25 up to 8. */
export function formAccuracies(rows: readonly FormRow[] = formRows): FormAccuracy[] {
  const truth = new Map<ActivationName, ReturnType<typeof trueGrid>>();
  return rows.map(({ activation, form, options }) => {
    const grid = truth.get(activation) ?? trueGrid(activation);
    truth.set(activation, grid);
    const [mean, variance] = [grid.mu, grid.s.map((s) => s * s)].map(
      (values) => new Tensor([values.length], realFrom(values)),
    );
    const got = activationMoments({ mean, variance }, activation, options);
    const worst = (values: ArrayLike<number>, expected: number[]): number[] =>
      deviations.map((limit) =>
        expected.reduce(
          (most, value, i) => (grid.s[i] <= limit ? Math.max(most, Math.abs(values[i] - value)) : most),
          0,
        ),
      );
    return {
      activation,
      form,
      mean: worst(got.mean.data, grid.mean),
      variance: worst(got.variance.data, grid.variance),
    };
  });
}

/** The moments of one form at points (mu, nu). */
export function formMoments(
  { activation, options }: FormRow,
  points: readonly (readonly [mu: number, nu: number])[],
): { mean: number; variance: number }[] {
  const [mean, variance] = [0, 1].map(
    (k) => new Tensor([points.length], realFrom(points.map((point) => point[k]))),
  );
  const got = activationMoments({ mean, variance }, activation, options);
  return points.map((_, i) => ({ mean: got.mean.data[i], variance: got.variance.data[i] }));
}

// --- internal ---

function trueGrid(activation: ActivationName): Record<'mu' | 's' | 'mean' | 'variance', number[]> {
  const grid = { mu: [] as number[], s: [] as number[], mean: [] as number[], variance: [] as number[] };
  for (let j = 0; j <= 32; j++) {
    for (let i = -200; i <= 200; i++) {
      const [mu, s] = [i / 20, j / 4];
      const { mean, variance } = integratedMoments(activations[activation], mu, s);
      grid.mu.push(mu);
      grid.s.push(s);
      grid.mean.push(mean);
      grid.variance.push(variance);
    }
  }
  return grid;
}
