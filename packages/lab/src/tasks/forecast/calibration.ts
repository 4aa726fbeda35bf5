/**
 * Conformal intervals of forecasts. What a model gives as fifth and ninety-fifth percentile is an interval middle ± half; its score is
 * |y - middle| / half, and the radius that nine in ten scores of the calibration windows do not exceed stretches every later one: conformalised
 * quantile regression in the scaled form of Sesia and Candès (2020), per step of the horizon, and for whole horizons by the largest score of
 * each. Where a backtest has several origins, the level may follow what was missed (Gibbs and Candès 2021).
 */
import {
  adaptiveConformal,
  type ConformalIntervals,
  conformalIntervals,
  DataError,
  fitConformalIntervals,
  NoiseStream,
} from 'lethe';
import { z } from 'zod';
import { counted } from '../../common/counted.ts';
import type { Metrics } from '../../runs/task.ts';
import type { CalibrationKind } from '../kind.ts';
import { fewNote } from '../shared/few-examples.ts';
import type { ForecastConfig } from './config.ts';
import type { ForecastData } from './data/types.ts';
import { windowsOf } from './features.ts';
import { type Forecast, forecastsOf } from './forecasts.ts';
import { forecastModel } from './model.ts';
import { type Interval, intervalFigures, ownInterval, type Truth, truthOf } from './scores.ts';
import { taskModel } from './weights.ts';

/** What `calibration.json` keeps. */
const schema = z.object({
  alpha: z.number(),
  /** of every step of the horizon */
  radius: z.array(z.number()),
  jointRadius: z.number(),
  /** scores over the radius of their step, ascending, at most so many, for levels that adapt */
  scores: z.array(z.number()),
  /** an interval of the model is taken to be no less than so much to either side of its middle */
  least: z.number().nonnegative().default(0),
});
export type ForecastCalibration = z.infer<typeof schema>;

/** The content of a calibration. Throws DataError for one of other forecasts. */
export function readContent(content: unknown, horizon: number): ForecastCalibration {
  const parsed = schema.safeParse(content);
  if (parsed.success && parsed.data.radius.length === horizon) return parsed.data;
  throw new DataError(
    `calibration.json: expected radii of ${horizon} steps, found others; calibrate anew (lethe calibrate)`,
  );
}

export const forecastCalibration: CalibrationKind<ForecastConfig, ForecastData> = {
  options: [],
  *fit(run, data, _given, draws) {
    const { settings, calibration } = data;
    const { horizon } = settings;
    const fewest = Math.ceil(1 / alpha) - 1;
    if (calibration.length < fewest) {
      throw new DataError(
        `${data.name}: expected at least ${fewest} windows kept for calibration, for intervals of nine in ten, found ${calibration.length}; train with more (--set windows.calibration=N)`,
      );
    }
    const windows = windowsOf(data);
    const model = forecastModel(run.config, settings, windows.features, new NoiseStream(run.config.seed));
    taskModel(model).load(run.weights, run.where);
    const forecasts = yield* forecastsOf(model, windows, calibration, draws);
    const truth = truthOf(data);
    const target = forecasts.map((one) => truth.target(one));
    const content = fitted(forecasts, target, settings.head === 'negative-binomial' ? halfCount : 0);
    const [before, after, joint] = [
      forecasts.map(ownInterval),
      forecasts.map((one) => calibratedInterval(one, content)),
      forecasts.map((one) => calibratedInterval(one, content, true)),
    ].map((intervals) => intervalFigures(target, intervals, horizon));
    const rows = [
      ['coverage', before.coverage_90, after.coverage_90],
      ['mean width', before.width_90, after.width_90],
      ['whole windows inside, joint intervals', before.joint_coverage_90, joint.joint_coverage_90],
      ['mean width of joint intervals', before.width_90, joint.width_90],
    ] as const;
    const windowsKept = `${counted(forecasts.length, 'window')} kept for calibration`;
    return {
      content,
      examples: forecasts.length,
      promises: [
        `an interval of 90 % holds the value of its step with a probability of 0.9, on average over windows that are exchangeable with the ${windowsKept}; of a series that drifts it promises as much as the time before the test is like the future`,
        `intervals from joint_lower_90 to joint_upper_90 hold all ${horizon} steps of a window with a probability of 0.9, in the same sense`,
        ...fewNote(forecasts.length, 'window', 'windows.calibration=N'),
      ],
      shown: {
        rows: rows.map(([name, ...values]) => [name, ...values.map((value) => value.toFixed(4))]),
        header: ['on the calibration windows', 'before', 'after'],
        align: 'lrr',
      },
    };
  },
};

/**
 * The radii of forecasts whose truth is known. Throws DataError where too few are.
 * @param least of the model's own intervals, to either side
 */
export function fitted(
  forecasts: readonly Forecast[],
  target: readonly Float64Array[],
  least = 0,
): ForecastCalibration {
  const horizon = target[0].length;
  const each = forecasts.map((one) => halves(ownInterval(one), least));
  const flat = (rows: readonly Float64Array[]): Float64Array =>
    Float64Array.from(
      { length: rows.length * horizon },
      (_, n) => rows[Math.floor(n / horizon)][n % horizon],
    );
  const middle = flat(each.map((one) => one.middle));
  const half = flat(each.map((one) => one.half));
  const values = flat(target);
  const { radius, jointRadius } = fitConformalIntervals(values, middle, { deviation: half, alpha, horizon });
  const infinite = radius.findIndex((one) => !Number.isFinite(one));
  if (infinite >= 0 || !Number.isFinite(jointRadius)) {
    throw new DataError(
      `expected at least ${Math.ceil(1 / alpha) - 1} calibration windows with a value at every step, found fewer${infinite >= 0 ? ` at step ${infinite + 1}` : ''}; keep more (--set windows.calibration=N)`,
    );
  }
  const scores = Array.from(values, (y, n) =>
    overRadius(Math.abs(y - middle[n]) / half[n], radius[n % horizon]),
  )
    .filter((score) => Number.isFinite(score))
    .sort((a, b) => a - b);
  const count = Math.min(mostScores, scores.length);
  return {
    alpha,
    radius: Array.from(radius),
    jointRadius,
    scores: Array.from({ length: count }, (_, i) => scores[Math.floor(((i + 0.5) * scores.length) / count)]),
    least,
  };
}

/** The interval of every step, stretched. @param joint the one that holds whole horizons */
export const calibratedInterval = (
  forecast: Forecast,
  content: ForecastCalibration,
  joint = false,
): Interval => stretched(ownInterval(forecast), content, joint);

/** The same of a model's own interval. */
export function stretched(
  own: Interval,
  { alpha, radius, jointRadius, least }: ForecastCalibration,
  joint = false,
): Interval {
  const { middle, half } = halves(own, least);
  const found: ConformalIntervals = {
    alpha,
    radius: Float64Array.from(radius),
    jointRadius,
    normalised: true,
    examples: [],
  };
  const { lower, upper } = conformalIntervals(found, middle, { deviation: half, joint });
  return { lower: lower as Float64Array, upper: upper as Float64Array };
}

/** Figures of calibrated intervals: of each step, of whole horizons, and with a level that follows the stream. */
export function calibratedFigures(
  forecasts: readonly Forecast[],
  truth: Truth,
  content: ForecastCalibration,
): Metrics {
  const target = forecasts.map((one) => truth.target(one));
  const horizon = target[0].length;
  const each = intervalFigures(
    target,
    forecasts.map((one) => calibratedInterval(one, content)),
    horizon,
  );
  const joint = intervalFigures(
    target,
    forecasts.map((one) => calibratedInterval(one, content, true)),
    horizon,
  );
  const adaptive = adaptiveIntervals(forecasts, target, content);
  const followed = adaptive && intervalFigures(target, adaptive, horizon);
  return {
    coverage_90: each.coverage_90,
    width_90: each.width_90,
    joint_coverage_90: joint.joint_coverage_90,
    joint_width_90: joint.width_90,
    ...(followed && { adaptive_coverage_90: followed.coverage_90, adaptive_width_90: followed.width_90 }),
  };
}

// --- internal ---

const alpha = 0.1;

/** How fast a level follows: a hundred misses in a row too many move it by a half. */
const gamma = 0.005;

/** Scores that are kept. */
const mostScores = 500;

/**
 * Of counts: a model that is sure of 0 says an interval without a width, by which a 1 misses infinitely far; as numbers that counts are
 * rounded to, it is 0 ± ½.
 */
const halfCount = 0.5;

function halves({ lower, upper }: Interval, least: number): { middle: Float64Array; half: Float64Array } {
  const middle = lower.map((low, h) => (low + upper[h]) / 2);
  // Where a model is sure of one value, any score is infinite: a width below what float32 tells apart.
  const half = upper.map((high, h) =>
    Math.max((high - lower[h]) / 2, least, 1e-7 * Math.abs(middle[h]), 1e-12),
  );
  return { middle, half };
}

/** A score in units of the radius of its step; by one of 0, that of a step that never missed, a miss is beyond all others. */
const overRadius = (score: number, radius: number): number =>
  score === 0 ? 0 : radius === 0 ? Number.POSITIVE_INFINITY : score / radius;

/**
 * Intervals whose level follows each series through its origins; a value is known to those origins alone that lie behind it. Nothing where
 * each series has one origin.
 */
function adaptiveIntervals(
  forecasts: readonly Forecast[],
  target: readonly Float64Array[],
  content: ForecastCalibration,
): Interval[] | undefined {
  const bySeries = new Map<number, number[]>();
  for (const [n, { series }] of forecasts.entries())
    bySeries.set(series, [...(bySeries.get(series) ?? []), n]);
  if ([...bySeries.values()].every((windows) => windows.length < 2)) return undefined;
  const intervals: Interval[] = new Array(forecasts.length);
  for (const windows of bySeries.values()) {
    windows.sort((a, b) => forecasts[a].origin - forecasts[b].origin);
    const level = adaptiveConformal({ alpha: content.alpha, gamma, warmUp: content.scores.length });
    for (const score of content.scores) level.observe(score);
    // Values in the order in which they come, of the window whose turn it was.
    const waiting: { known: number; score: number }[] = [];
    for (const n of windows) {
      const { origin } = forecasts[n];
      const due = waiting.filter(({ known }) => known <= origin).sort((a, b) => a.known - b.known);
      for (const { score } of due) level.observe(score);
      waiting.splice(0, waiting.length, ...waiting.filter(({ known }) => known > origin));
      const { middle, half } = halves(ownInterval(forecasts[n]), content.least);
      // The largest score there was, where everything is asked for; nothing, where everything was held.
      const radius = Math.max(0, Math.min(level.radius(), 3 * content.scores[content.scores.length - 1]));
      intervals[n] = {
        lower: middle.map((value, h) => value - radius * content.radius[h] * half[h]),
        upper: middle.map((value, h) => value + radius * content.radius[h] * half[h]),
      };
      for (const [h, y] of target[n].entries()) {
        if (Number.isNaN(y)) continue;
        const score = overRadius(Math.abs(y - middle[h]) / half[h], content.radius[h]);
        // Infinite scores have no place among others; the largest number is beyond them all as well.
        waiting.push({ known: origin + h + 1, score: Math.min(score, Number.MAX_VALUE) });
      }
    }
  }
  return intervals;
}
