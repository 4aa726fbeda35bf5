/** `lethe data stats` of series: how long they are, what is missing, how they are split, and what forecasts without learning reach on the test. */
import type { DataStatistics, Shown } from '../kind.ts';
import { asForecast, naiveForecasts } from './baselines.ts';
import { forecastDefaults } from './config.ts';
import { loadForecast } from './data/load.ts';
import type { ForecastData } from './data/types.ts';
import { pointFigures, truthOf } from './scores.ts';

export const forecastStatistics: DataStatistics = {
  options: [],
  of: async (name, places) => shown(await loadForecast({ ...forecastDefaults(), dataset: name }, places)),
};

// --- internal ---

function shown(data: ForecastData): Shown {
  const { name, source, notes, series, frequency, settings, splits } = data;
  const truth = truthOf(data);
  const baselines = naiveForecasts(data).map(({ name: model, of }) => ({
    name: model,
    metrics: pointFigures(
      splits.test.map((origin) => asForecast(origin, of(origin))),
      truth,
    ),
  }));
  const lengths = series.map(({ length }) => length).sort((a, b) => a - b);
  const [shortest, median, longest] = [0, lengths.length >> 1, lengths.length - 1].map((i) => lengths[i]);
  const values = lengths.reduce((sum, length) => sum + length, 0);
  const missing = series.reduce((sum, one) => sum + one.values.filter(Number.isNaN).length, 0);
  const windows = {
    valid: splits.valid.length,
    calibration: data.calibration.length,
    test: splits.test.length,
  };
  const { horizon, season } = settings;
  return {
    event: {
      ...{ name, source, series: series.length, frequency: frequency.name, horizon, season },
      ...{ lengths: { shortest, median, longest }, values, missing, windows, baselines },
    },
    lines: [
      `${name}, ${source}`,
      ...notes,
      '',
      {
        rows: Object.entries(windows).map(([split, count]) => [split, `${count}`]),
        header: ['split', 'windows'],
        align: 'lr',
      },
      '',
      {
        rows: baselines.map(({ name: model, metrics }) => [
          model,
          ...shownMetrics.map((metric) => figure(metrics[metric])),
        ]),
        header: ['model', ...shownMetrics.map((metric) => `${metric} on test`)],
        align: 'lrr',
      },
    ],
  };
}

const shownMetrics = ['mase', 'wql'] as const;
const figure = (value: number | undefined): string => value?.toFixed(4) ?? '-';
