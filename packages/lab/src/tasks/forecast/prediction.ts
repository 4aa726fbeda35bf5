/** `lethe predict` of forecasts: what comes after the data, step by step, with its date. */
import { DataError, NoiseStream } from 'lethe';
import { printable } from 'lethe/internal';
import { timeWritten } from '../../data/tables/dates.ts';
import { timeOf } from '../../data/tables/frequency.ts';
import type { PredictedLine, PredictionKind } from '../kind.ts';
import { checkDraws } from '../shared/draws.ts';
import { saidCalibration } from '../shared/said-calibration.ts';
import { fromFileOrInput } from '../shared/standard-input.ts';
import { calibratedInterval, type ForecastCalibration, readContent } from './calibration.ts';
import type { ForecastConfig } from './config.ts';
import { knownAfter } from './covariates.ts';
import { loadForecast } from './data/load.ts';
import type { Origin } from './data/types.ts';
import { windowsOf } from './features.ts';
import { type Forecast, forecastsOf, quantileAt } from './forecasts.ts';
import { forecastModel } from './model.ts';
import { readOther, runReading, type SeriesToForecast } from './other-series.ts';
import { ownInterval } from './scores.ts';
import { taskModel } from './weights.ts';

/** Levels that answers have. */
const levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;

export const forecastPrediction: PredictionKind<ForecastConfig> = {
  options: [
    {
      flags: '--in <FILE>',
      description:
        'of series: newer values in a file of the same columns, or - for standard input (default: the data of the run)',
    },
    { flags: '--data <DIR>', description: 'look for data sets in DIR first' },
  ],
  async *predict(run, given, { mc, seed, log, input, signal }) {
    const { in: file, data: dataDir } = given as { in?: string; data?: string };
    const places = { dataDir, log };
    const data =
      file === undefined
        ? await loadForecast(run.config, places)
        : await fromFileOrInput(
            file,
            () => input(signal),
            async (place, where) => readOther(place, run.config, await runReading(run, places), log, where),
          );
    checkFuture(data);
    const origins = data.series.map(({ length }, series): Origin => ({ series, origin: length }));
    const windows = windowsOf(data);
    const model = forecastModel(
      run.config,
      data.settings,
      windows.features,
      new NoiseStream(run.config.seed),
    );
    const weights = taskModel(model);
    weights.load(run.weights, run.where);
    const draws =
      mc === undefined
        ? undefined
        : {
            samples: mc,
            seed,
            mode: checkDraws(weights.regularizer),
            trained: run.trained(weights.regularizer),
          };
    const found = saidCalibration(run, { mc, log }, { what: 'intervals', made: 'hold what they promise' });
    const content = found && readContent(found.content, data.settings.horizon);
    yield [
      {
        line: heading(data, content !== undefined),
        heading: true,
        columns: columnsOf(data, content !== undefined),
      },
    ];
    const some = 64;
    for (let from = 0; from < origins.length; from += some) {
      const work = forecastsOf(model, windows, origins.slice(from, from + some), draws);
      let made = work.next();
      while (!made.done) {
        if (signal?.aborted) return undefined;
        await new Promise((resolve) => setImmediate(resolve));
        made = work.next();
      }
      for (const forecast of made.value) yield rowsOf(data, forecast, content);
    }
    return undefined;
  },
};

// --- internal ---

const idName = ({ layout }: SeriesToForecast): string => layout.id ?? 'unique_id';
const timeName = ({ layout }: SeriesToForecast): string => layout.time ?? 'step';

function columnsOf(data: SeriesToForecast, calibrated: boolean): string[] {
  return [
    ...[idName(data), timeName(data), 'horizon', 'mean'],
    ...levels.map((level) => `q${level}`),
    ...['lower_90', 'upper_90'],
    ...(calibrated ? joint90 : []),
  ];
}

const joint90 = ['joint_lower_90', 'joint_upper_90'] as const;

/** What people are shown: the quantiles of the model, or the intervals that a calibration promises something of. */
const shownColumns = (calibrated: boolean): string[] =>
  calibrated ? ['mean', 'lower_90', 'upper_90', ...joint90] : ['mean', ...levels.map((level) => `q${level}`)];

const aligned = (text: string, column: string): string => text.padStart(Math.max(10, column.length));

function heading(data: SeriesToForecast, calibrated: boolean): string {
  return [
    idName(data).padEnd(14),
    timeName(data).padEnd(16),
    ...shownColumns(calibrated).map((column) => aligned(column, column)),
  ].join(' ');
}

function rowsOf(
  data: SeriesToForecast,
  forecast: Forecast,
  content: ForecastCalibration | undefined,
): PredictedLine[] {
  const one = data.series[forecast.series];
  const { lower, upper } = content ? calibratedInterval(forecast, content) : ownInterval(forecast);
  const joint = content && calibratedInterval(forecast, content, true);
  return Array.from(forecast.mean, (mean, h) => {
    const t = forecast.origin + h;
    const time = timeOf(one, t, data.frequency);
    // As the file counts, where it does; else from 1.
    const step = one.counts ? one.counts.first + t * one.counts.by : t + 1;
    const when = time === undefined ? step : timeWritten(time, data.layout.timeFormat);
    const figures: Record<string, number> = {
      mean,
      ...Object.fromEntries(levels.map((level) => [`q${level}`, quantileAt(forecast, h, level)])),
      lower_90: lower[h],
      upper_90: upper[h],
      ...(joint && { joint_lower_90: joint.lower[h], joint_upper_90: joint.upper[h] }),
    };
    return {
      event: { [idName(data)]: one.id, [timeName(data)]: when, horizon: h + 1, ...figures },
      line: [
        printable(one.id, 14).padEnd(14),
        String(when).padEnd(16),
        ...shownColumns(joint !== undefined).map((column) => aligned(short(figures[column]), column)),
      ].join(' '),
    };
  });
}

const short = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(3)
    : value.toPrecision(5);

/** Known columns have to be known. Throws DataError with file and series. */
function checkFuture({ name, series, settings: { horizon }, layout }: SeriesToForecast): void {
  for (const { id, known, length } of series) {
    for (const [k, column] of known.entries()) {
      const found = knownAfter(column, length, horizon);
      if (found === horizon) continue;
      throw new DataError(
        `${name}: expected '${printable(layout.known[k], 40)}', which is known in advance, for the ${horizon} steps after the end of series '${printable(id, 40)}', found ${found}; give a file with those rows (--in)`,
      );
    }
  }
}
