/** What a sweep has found: at every point the mean and the spread over seeds. */
import { meanAndDeviation, type Spread } from '../common/spread.ts';
import type { SweepAxis } from './journal.ts';
import type { Value } from './space.ts';
import type { StudyRecord, Trial } from './study-record.ts';

/** One setting of all axes. Figures are of the metric that people are shown, at the best epoch by validation of every training. */
export interface SweepPoint {
  /** a value for each axis */
  at: Value[];
  /** by ascending seed */
  trials: Trial[];
  train?: Spread;
  valid?: Spread;
  test?: Spread;
  /** the mean of the metric that decides */
  deciding?: number;
}

export interface SweepResult {
  axes: readonly SweepAxis[];
  /** each axis was varied alone around the recipe; else there is every combination */
  alone: boolean;
  /** in the order of the values of the axes */
  points: SweepPoint[];
  /** that were begun, ascending */
  seeds: number[];
  /**
   * points with a validation, the best first: those with as many seeds as any by their mean validation, behind them those of fewer. What
   * diverged is not in a mean, and the seeds that are left say too much good of a point.
   */
  ranked: SweepPoint[];
  /** the first of them */
  best?: SweepPoint;
}

/** Reads a sweep, also while it goes on. The record has the plan of a sweep. */
export function sweepOf({ about, trials }: StudyRecord): SweepResult {
  const { plan, metric, shown } = about;
  if (plan?.kind !== 'sweep') throw new TypeError('expected the study of a sweep');
  const { axes, alone } = plan;
  const byPlace = new Map<string, { at: Value[]; trials: Trial[] }>();
  for (const trial of trials) {
    const at = axes.map(({ key }) => trial.parameters[key] ?? null);
    const place = JSON.stringify(at);
    const point = byPlace.get(place) ?? { at, trials: [] };
    point.trials.push(trial);
    byPlace.set(place, point);
  }
  const points = [...byPlace.values()].map(({ at, trials }): SweepPoint => {
    const of = (split: 'train' | 'valid' | 'test', figure: string): Spread | undefined =>
      meanAndDeviation(trials.map(({ best }) => best?.[split][figure]));
    return {
      at,
      trials: trials.toSorted((a, b) => seedOf(a) - seedOf(b)),
      train: of('train', shown.metric),
      valid: of('valid', shown.metric),
      test: of('test', shown.metric),
      deciding: of('valid', metric)?.mean,
    };
  });
  const rank = ({ at }: SweepPoint): number[] => at.map((value, i) => placeOf(axes[i], value));
  points.sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const i = left.findIndex((place, i) => place !== right[i]);
    return i < 0 ? 0 : left[i] - right[i];
  });
  const ranked = points
    .filter(({ valid, deciding }) => valid !== undefined && deciding !== undefined)
    .toSorted((a, b) => b.valid!.count - a.valid!.count || a.deciding! - b.deciding!);
  const seeds = [...new Set(trials.map(seedOf))].sort((a, b) => a - b);
  return { axes, alone, points, seeds, ranked, best: ranked[0] };
}

/** The points along one axis, with the others as in `at`, in the order of its values. */
export function alongAxis({ axes, points }: SweepResult, axis: number, at: readonly Value[]): SweepPoint[] {
  return points
    .filter((point) => point.at.every((value, i) => i === axis || value === at[i]))
    .toSorted((a, b) => placeOf(axes[axis], a.at[axis]) - placeOf(axes[axis], b.at[axis]));
}

/** Where every axis is as the recipe has it. */
export const baseOf = ({ axes }: SweepResult): Value[] => axes.map(({ base }) => base);

// --- internal ---

const seedOf = ({ parameters }: Trial): number => parameters.seed as number;

/** Numbers by their size, words by their place in the list; the recipe's own words before these. */
function placeOf({ values }: SweepAxis, value: Value): number {
  return typeof value === 'number' ? value : values.indexOf(value);
}
