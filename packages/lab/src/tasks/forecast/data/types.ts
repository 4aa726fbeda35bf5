/** Series as the forecasting task trains on them. */
import type { Frequency, SeriesLayout } from '../../../data/tables/series-types.ts';
import type { TaskData } from '../../kind.ts';
import type { Resolved } from '../settings.ts';

/** One series with everything that windows are made of. */
export interface ForecastSeries {
  id: string;
  /** [length], NaN where there is no value */
  values: Float64Array;
  /** the same as scores take it: published conventions fill gaps there */
  truth: Float64Array;
  length: number;
  /** milliseconds since 1970 UTC of step 0 */
  start?: number;
  times?: Float64Array;
  /** where a column counts the steps: its number at step 0, and what it grows by */
  counts?: { first: number; by: number };
  /** known columns, [columns][length or more], NaN where nothing is known */
  known: Float64Array[];
  statics: (number | string | undefined)[];
  line: number;
}

/** Where the figures of numbers come from, so that other files are brought to the same scale. */
export interface Covariates {
  /** of each known column, mean and deviation over the training period */
  known: { name: string; mean: number; deviation: number }[];
  /** of each static column: the same, or the words that training knows */
  statics: ({ name: string; mean: number; deviation: number } | { name: string; words: string[] })[];
}

export interface ForecastData extends TaskData {
  /** windows of a split, by series and origin */
  splits: { train: readonly Origin[]; valid: readonly Origin[]; test: readonly Origin[] };
  calibration: readonly Origin[];
  series: ForecastSeries[];
  frequency: Frequency;
  layout: SeriesLayout;
  settings: Resolved;
  covariates: Covariates;
  periods: Periods;
  notes: string[];
  sha256: string;
}

/** A window: what lies before `origin` of a series is known, the horizon begins there. */
export interface Origin {
  series: number;
  origin: number;
}

/** Origins of a part: the last one lies a horizon before its end. */
export interface Part {
  count: number;
  stride: number;
}

/** The parts of every series, counted from its end. */
export interface Periods {
  test: Part;
  calibration: Part;
  valid: Part;
  /** steps at the end of a series that training never has as targets */
  kept: number;
  /** steps before the first origin */
  history: number;
}
