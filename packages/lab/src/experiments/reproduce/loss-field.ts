/** Losses of one unit and their slopes over the mean and the variance of its pre-activation. */
import { bernoulliNll, gaussianNll, gradients, scoped, squaredError, Tensor, tensor } from 'lethe';
import { dtype } from 'lethe/engine';
import type { Gaussian } from 'lethe/moments';

/** A loss of a unit with pre-activation a against a target in [0, 1]. */
export interface UnitLoss {
  title: string;
  /** [1, 1] each */
  loss(a: Gaussian, target: Tensor): Tensor;
}

/** The three of Bayer et al. (2013), section 2.2.2, from left to right in their figure 1. */
export const unitLosses: readonly UnitLoss[] = [
  { title: 'Squared error', loss: (a, target) => squaredError(a.mean, target).loss },
  {
    title: 'Gaussian log-likelihood',
    loss: (a, target) => gaussianNll(a.mean, a.variance, target).loss,
  },
  { title: 'Bernoulli log-likelihood', loss: (a, target) => bernoulliNll(a, target).loss },
];

/** A loss and its gradient at one point. */
export interface FieldPoint {
  mean: number;
  variance: number;
  loss: number;
  byMean: number;
  byVariance: number;
}

/** Loss and gradient by the tape at E[a] = mean, V[a] = variance. */
export function fieldPoint({ loss }: UnitLoss, mean: number, variance: number, target: number): FieldPoint {
  return scoped(() => {
    const a = { mean: single(mean), variance: single(variance) };
    const of = gradients([a.mean, a.variance], () => loss(a, tensor([[target]])));
    const [byMean, byVariance] = of.gradients.map((gradient) => gradient.item());
    return { mean, variance, loss: of.loss, byMean, byVariance };
  });
}

/** A regular grid over two ranges, at the middles of its cells: columns run fastest. */
export function field(
  unitLoss: UnitLoss,
  grid: {
    mean: readonly [number, number];
    variance: readonly [number, number];
    columns: number;
    rows: number;
  },
  target: number,
): FieldPoint[] {
  const { mean, variance, columns, rows } = grid;
  const middle = ([low, high]: readonly [number, number], i: number, count: number): number =>
    low + ((high - low) * (i + 0.5)) / count;
  return Array.from({ length: columns * rows }, (_, i) =>
    fieldPoint(
      unitLoss,
      middle(mean, i % columns, columns),
      middle(variance, Math.floor(i / columns), rows),
      target,
    ),
  );
}

// --- internal ---

function single(value: number): Tensor {
  return new Tensor([1, 1], dtype === 'f64' ? Float64Array.of(value) : Float32Array.of(value));
}
