/** Series over time, for forecasting: on a regular grid of steps, what is missing as a mask. */
import type { TableOptions } from './types.ts';
import type { UnusableRows } from './unusable.ts';

/** The step from one value to the next. */
export interface Frequency {
  /** as people say it: `hourly`, `daily`, `business days`, `weekly`, `monthly`, `quarterly`, `yearly`, `every 15 minutes`, `irregular`, `steps` where there are no dates */
  name: string;
  /** what a step is counted in; `none` of irregular series and of those without dates */
  unit: 'millisecond' | 'business day' | 'month' | 'none';
  /** how many of them a step has */
  count: number;
  /** steps after which a season begins again: 24 of hours, 7 of days, 5, 1 of weeks, 12, 4, 1 */
  season: number;
  /** of months: the day that values stand for is the last of its month */
  monthEnd?: boolean;
}

/** One series: step t of all its arrays is the same point in time. */
export interface Series {
  id: string;
  /** [length] the target; 0, and no number of the data, where `missing` says so */
  values: Float64Array;
  /** [length] 1 where there is no value: said to be missing, or a gap between the dates */
  missing: Uint8Array;
  length: number;
  /** milliseconds since 1970 UTC of step 0; undefined where there are no dates. Times of other steps: `timeOf` */
  start?: number;
  /** of irregular series, the times of all steps */
  times?: Float64Array;
  /** where a column counts the steps: its number at step 0, and what it grows by */
  counts?: { first: number; by: number };
  /** known columns: [columns][length or more], which may go on beyond the target */
  known: Float64Array[];
  knownMissing: Uint8Array[];
  /** one of each static column; a number or a word, `undefined` for none */
  statics: (number | string | undefined)[];
  /** the line that it begins in */
  line: number;
}

/** Which column is what: stored with a run, and given again to read other files in the same way. */
export interface SeriesLayout {
  /** `long`: a row a value; `wide`: a column a series; `rows`: a row a series; `tsf`: the format of the Monash archive */
  form: 'long' | 'wide' | 'rows' | 'tsf';
  id?: string;
  time?: string;
  target?: string;
  /** of `wide`, the columns of the series */
  columns?: string[];
  known: string[];
  statics: string[];
  frequency: Frequency;
  /** how times are written: `31.12.2025`, `a year`, `numbers` for those that count */
  timeFormat?: string;
}

/** Series, read. */
export interface SeriesData {
  where: string;
  series: Series[];
  frequency: Frequency;
  /** names of the known and the static columns */
  known: string[];
  statics: string[];
  /** steps to forecast, where the file says it (.tsf) */
  horizon?: number;
  layout: SeriesLayout;
  unusable: UnusableRows;
  /** what was found, decided, left out, in clauses for people */
  notes: string[];
}

/** How series are read: what is absent is found. Columns by their names, or by their numbers from 1. */
export interface SeriesOptions extends TableOptions {
  id?: string;
  time?: string;
  /** the column of the values; of wide tables the series to take, several by commas */
  target?: string;
  /** columns that are known in advance */
  known?: readonly string[];
  /** columns that a series has one value of */
  static?: readonly string[];
  ignore?: readonly string[];
  form?: SeriesLayout['form'];
  /** said where there are no dates, or where they do not tell: a name of `Frequency` */
  frequency?: string;
  /** of another file, so that this one is read in the same way */
  layout?: SeriesLayout;
}
