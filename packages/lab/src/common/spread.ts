/** What several measurements say together: mean and deviation, and the difference of two sets that were measured in pairs. */
import { studentTQuantile } from 'lethe';

/** Of one measurement there is no deviation. */
export interface Spread {
  mean: number;
  /** with n - 1 */
  deviation?: number;
  count: number;
}

/** Mean and deviation (with n - 1; absent for one value) of what is there. */
export function meanAndDeviation(values: readonly (number | undefined)[]): Spread | undefined {
  const numbers = values.filter(
    (value) => value !== undefined && value !== null && Number.isFinite(value),
  ) as number[];
  const count = numbers.length;
  if (count === 0) return undefined;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, count };
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** A mean difference; `low` and `high` bound it with 95 % confidence and are absent for one pair. */
export interface Difference extends Spread {
  low?: number;
  high?: number;
}

/**
 * The difference a - b of measurements in pairs, over the pairs that are whole: d_i = a_i - b_i, mean(d) ± t s(d) / √n, t the 97.5 %
 * quantile of Student's distribution with n - 1 degrees of freedom: 12.7 for two pairs, 4.30 for three, 2.78 for five (Student 1908,
 * "The probable error of a mean"). It supposes that the differences are about normal, which so few do not show.
 */
export function pairedDifference(
  a: readonly (number | undefined)[],
  b: readonly (number | undefined)[],
): Difference | undefined {
  const whole = a.map((value, i) => {
    const other = b[i];
    // In JSON a figure that is no number is null, and null is 0 in a difference.
    return value === undefined || value === null || other === undefined || other === null
      ? undefined
      : value - other;
  });
  const spread = meanAndDeviation(whole);
  if (spread?.deviation === undefined) return spread;
  const { mean, deviation, count } = spread;
  const half = (studentTQuantile(0.975, count - 1) * deviation) / Math.sqrt(count);
  return { ...spread, low: mean - half, high: mean + half };
}
