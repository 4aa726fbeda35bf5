/** Data sets of forecasting that have a name: where their files lie below a data directory, and by which convention they are scored. */
import type { SeriesOptions } from '../../../data/tables/series-types.ts';
import type { ForecastConfig } from '../config.ts';

/** A published set. */
export interface CatalogueEntry {
  name: string;
  title: string;
  /** in `forecast/` of a data directory, with `.gz` or without; a second one goes on where the first ends */
  files: readonly [string] | readonly [string, string];
  read: SeriesOptions;
  horizon: number;
  season: number;
  /** steps that are used */
  length?: number;
  windows: Partial<ForecastConfig['windows']>;
  /** how gaps are filled for scores */
  filled?: 'median of the phase';
  licence: string;
}

const unstated = 'unstated; for experiments';

const exchangeRates: SeriesOptions = { form: 'wide', header: false, frequency: 'business days' };

export const forecastCatalogue: readonly CatalogueEntry[] = [
  {
    name: 'nn5',
    title: 'NN5 competition, 111 daily series of withdrawals at cash machines',
    files: ['nn5_daily.csv'],
    read: { form: 'wide', time: 'ds', frequency: 'daily' },
    horizon: 56,
    season: 7,
    // All series share their dates: radii of steps are those of windows on several dates, not of one.
    windows: { test: 1, calibration: 8, valid: 1, stride: 7 },
    filled: 'median of the phase',
    licence: unstated,
  },
  {
    name: 'm4-hourly',
    title: 'M4 competition, 414 hourly series',
    files: ['m4_hourly_train.csv', 'm4_hourly_test.csv'],
    read: { form: 'rows', id: 'V1', frequency: 'hourly' },
    horizon: 48,
    season: 24,
    windows: { test: 1, calibration: 1, valid: 1 },
    licence: unstated,
  },
  {
    name: 'm4-weekly',
    title: 'M4 competition, 359 weekly series',
    files: ['m4_weekly_train.csv', 'm4_weekly_test.csv'],
    read: { form: 'rows', id: 'V1', frequency: 'weekly' },
    horizon: 13,
    season: 1,
    windows: { test: 1, calibration: 1, valid: 1 },
    licence: unstated,
  },
  {
    name: 'exchange',
    title: 'exchange rates of eight currencies, 6,221 business days',
    files: ['exchange_rate.txt'],
    read: exchangeRates,
    horizon: 30,
    season: 5,
    // The five windows behind the first 80 % of the file, as GluonTS has them, whose figures are published.
    length: 6071 + 5 * 30,
    windows: { test: 5, calibration: 20, valid: 10, stride: 30 },
    licence: unstated,
  },
  {
    name: 'exchange-full',
    title: 'the same, 7,588 business days, tested at their end',
    files: ['exchange_rate.txt'],
    read: exchangeRates,
    horizon: 30,
    season: 5,
    windows: { test: 5, calibration: 20, valid: 10, stride: 30 },
    licence: unstated,
  },
  {
    name: 'etth1',
    title: 'ETTh1, oil temperature and six loads of a transformer, hourly',
    files: ['ETTh1.csv'],
    read: { form: 'wide', time: 'date' },
    horizon: 24,
    season: 24,
    // 12 months of training, 4 of validation (the later half of them for calibration), 4 of test, of 30 days.
    length: 20 * 30 * 24,
    windows: { test: 120, calibration: 60, valid: 60, stride: 24 },
    licence: 'CC BY-ND 4.0',
  },
];

export const forecastNames: readonly string[] = forecastCatalogue.map(({ name }) => name);
