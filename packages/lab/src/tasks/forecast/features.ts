/**
 * Windows as the network reads them. A step of a window has
 *
 *   value, mask           of the step itself, or in autoregressive mode of the step before
 *   seasonal mean, mask   of the last seasons before the step, at most before the origin
 *   the same              of the last one and the last eight of every season that is asked for
 *   value, mask           of every lag
 *   calendar              of its date
 *   value, mask           of every known column
 *   static columns
 *   place in the horizon, scale of the window
 *
 * Values are brought to the scale of the window. What is missing, lies before the beginning, or is not yet known is 0 with mask 0.
 */
import { type Real, type Tensor, zeros } from 'lethe';
import { calendarRows, calendarWidth } from './calendar.ts';
import { staticRow, staticWidth } from './covariates.ts';
import type { Covariates, ForecastData, ForecastSeries, Origin } from './data/types.ts';
import { type Scale, scaled, scaleOf } from './scaling.ts';
import { seasonalMeans } from './seasonal-means.ts';
import type { Resolved } from './settings.ts';

/** Everything about the series that windows are cut from. */
export interface Windows {
  readonly settings: Resolved;
  /** numbers of a step */
  readonly features: number;
  /**
   * The windows of some origins.
   * @param paths of each origin so many copies, of an autoregressive forecast
   */
  batch(origins: readonly Origin[], paths?: number): WindowBatch;
}

/** A minibatch of windows. */
export interface WindowBatch {
  origins: readonly Origin[];
  rows: number;
  /** [context + horizon, rows, features] of all steps; of autoregressive ones only what is known before the origin */
  inputs(): Tensor;
  /** [1, rows, features] of step h of the horizon, values of the steps before it as they were drawn */
  step(h: number, drawn: readonly Float64Array[]): Tensor;
  /** scale of each row */
  scales: readonly Scale[];
  /** [steps, rows]: what a forecast departs from, in the units of the data */
  base(from: number, to: number): Float64Array;
  /** [steps, rows]: what came, NaN where nothing did */
  target(from: number, to: number): Float64Array;
}

/** Prepares the series of a data set. */
export function windowsOf(
  data: Pick<ForecastData, 'series' | 'frequency' | 'settings' | 'covariates'>,
): Windows {
  const { series, frequency, settings, covariates } = data;
  const { horizon, season, seasons, means, calendar, lags } = settings;
  const calendars = new Map<string, Float32Array>();
  const parts = series.map((one): Prepared => {
    const steps = one.length + horizon;
    const key = `${one.start} ${steps}`;
    let dates = calendars.get(key);
    if (!dates) {
      dates = calendarRows(one, steps, frequency, calendar);
      calendars.set(key, dates);
    }
    return {
      series: one,
      means: { season, values: seasonalMeans(one.values, season, seasons) },
      others: means.flatMap((each) =>
        [1, 8].map((count) => ({ season: each, values: seasonalMeans(one.values, each, count) })),
      ),
      dates,
      statics: staticRow(covariates, one.statics),
    };
  });
  const features =
    4 +
    2 * (2 * means.length + lags.length) +
    calendarWidth(calendar) +
    2 * covariates.known.length +
    staticWidth(covariates) +
    2;
  return {
    settings,
    features,
    batch: (origins, paths = 1) => windowBatch(parts, settings, covariates, features, origins, paths),
  };
}

// --- internal ---

interface Prepared {
  series: ForecastSeries;
  /** what forecasts depart from */
  means: SeasonalMeans;
  others: SeasonalMeans[];
  dates: Float32Array;
  statics: Float32Array;
}

/** Of a season, before every step, a season beyond the end. */
interface SeasonalMeans {
  season: number;
  values: Float64Array;
}

/** The seasonal mean before step t as it is known at the origin. */
function meanAt({ season, values }: SeasonalMeans, t: number, origin: number): number {
  const at = t < origin ? t : t - season * Math.floor((t - origin) / season);
  return at >= 0 ? values[at] : Number.NaN;
}

/**
 * What a window departs from: the seasonal mean, or a mixture of it and the others, each weighted by what it missed over the last horizon
 * before the origin, as it would have been known then.
 */
function baseOf(part: Prepared, origin: number, { base, horizon }: Resolved): (t: number) => number {
  const { means, others } = part;
  if (base === 'season' || others.length === 0) return (t) => meanAt(means, t, origin);
  const all = [means, ...others];
  const { values } = part.series;
  const missed = all.map((one) => {
    let [sum, count] = [0, 0];
    for (let t = Math.max(0, origin - horizon); t < origin; t++) {
      const error = Math.abs(values[t] - meanAt(one, t, origin - horizon));
      if (Number.isNaN(error)) continue;
      sum += error;
      count++;
    }
    return count > 0 ? sum / count : Number.POSITIVE_INFINITY;
  });
  const least = missed.reduce((a, b) => Math.min(a, b));
  if (!Number.isFinite(least)) return (t) => meanAt(means, t, origin);
  // The one that missed twice as much counts a sixteenth.
  const weights = missed.map((error) => ((least + 1e-12) / (error + 1e-12)) ** 4);
  return (t) => {
    let [sum, total] = [0, 0];
    for (let k = 0; k < all.length; k++) {
      const value = weights[k] > 0 ? meanAt(all[k], t, origin) : Number.NaN;
      if (Number.isNaN(value)) continue;
      sum += weights[k] * value;
      total += weights[k];
    }
    return total > 0 ? sum / total : Number.NaN;
  };
}

function windowBatch(
  parts: readonly Prepared[],
  settings: Resolved,
  covariates: Covariates,
  features: number,
  origins: readonly Origin[],
  paths: number,
): WindowBatch {
  const { context, horizon, lags, scaling, mode, calendar } = settings;
  const rows = origins.length * paths;
  const isStepwise = mode === 'autoregressive';
  const dateWidth = calendarWidth(calendar);
  const scaleEach = origins.map(({ series, origin }) =>
    scaleOf(parts[series].series.values, origin - context, origin, settings),
  );
  const bases = origins.map(({ series, origin }) => baseOf(parts[series], origin, settings));
  const rowOf = (row: number): number => Math.floor(row / paths);
  // Values are read once as themselves and once by every lag.
  const seen = origins.map(({ series, origin }, n) => {
    const { values, length } = parts[series].series;
    const first = Math.max(0, origin - context - 1 - Math.max(0, ...lags));
    const part = values.subarray(first, Math.min(length, isStepwise ? origin + horizon : origin));
    return { first, values: part.map((y) => scaled(y, scaleEach[n], scaling)) };
  });

  const write = (
    out: Real,
    at: number,
    row: number,
    t: number,
    drawn: readonly Float64Array[] | undefined,
  ): void => {
    const { series: number, origin } = origins[rowOf(row)];
    const part = parts[number];
    const { known, length } = part.series;
    const scale = scaleEach[rowOf(row)];
    const { first, values } = seen[rowOf(row)];
    // Teacher forcing sees everything before a step, a forecast what came before the origin and what was drawn.
    const end = isStepwise && !drawn ? Math.min(t, length) : origin;
    /** The value of step u, scaled. */
    const read = (u: number): number => {
      if (u < 0) return Number.NaN;
      if (u < end) return values[u - first];
      const isDrawn = drawn && u >= origin && u - origin < drawn.length;
      return isDrawn ? scaled(drawn[u - origin][row], scale, scaling) : Number.NaN;
    };
    const put = (y: number): void => {
      if (!Number.isNaN(y)) {
        out[at] = y;
        out[at + 1] = 1;
      }
      at += 2;
    };
    put(read(isStepwise ? t - 1 : t));
    put(scaled(bases[rowOf(row)](t), scale, scaling));
    for (const other of part.others) put(scaled(meanAt(other, t, origin), scale, scaling));
    for (const lag of lags) put(read(t - lag));
    if (t >= 0) for (let k = 0; k < dateWidth; k++) out[at + k] = part.dates[t * dateWidth + k];
    at += dateWidth;
    for (const [k, { mean, deviation }] of covariates.known.entries()) {
      const value = t >= 0 && t < known[k].length ? known[k][t] : Number.NaN;
      if (!Number.isNaN(value)) {
        out[at] = (value - mean) / deviation;
        out[at + 1] = 1;
      }
      at += 2;
    }
    for (const value of part.statics) out[at++] = value;
    out[at++] = t >= origin ? (t - origin + 1) / horizon : 0;
    out[at] = scale.told;
  };

  const fill = (
    steps: number,
    timeOf: (i: number, origin: number) => number,
    drawn?: readonly Float64Array[],
  ) => {
    const x = zeros([steps, rows, features]);
    for (let i = 0; i < steps; i++) {
      for (let row = 0; row < rows; row++) {
        write(x.data, (i * rows + row) * features, row, timeOf(i, origins[rowOf(row)].origin), drawn);
      }
    }
    return x;
  };
  const each = (
    from: number,
    to: number,
    f: (part: Prepared, t: number, origin: number, row: number) => number,
  ) =>
    Float64Array.from({ length: (to - from) * rows }, (_, m) => {
      const row = m % rows;
      const { series, origin } = origins[rowOf(row)];
      return f(parts[series], origin - context + from + Math.floor(m / rows), origin, row);
    });
  return {
    origins,
    rows,
    scales: Array.from({ length: rows }, (_, row) => scaleEach[rowOf(row)]),
    inputs: () => fill(context + horizon, (i, origin) => origin - context + i),
    step: (h, drawn) => fill(1, (_, origin) => origin + h, drawn),
    base: (from, to) =>
      each(from, to, (_part, t, _origin, row) => {
        const mean = bases[rowOf(row)](t);
        if (!Number.isNaN(mean)) return mean;
        const { offset, scale } = scaleEach[rowOf(row)];
        return scaling === 'mean' ? scale : offset;
      }),
    target: (from, to) =>
      each(from, to, ({ series: { values, length } }, t) => (t >= 0 && t < length ? values[t] : Number.NaN)),
  };
}
