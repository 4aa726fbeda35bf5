/** Forecasting as a task: windows drawn over series and time for every step, windows of later periods for evaluation. */
import type { NoiseStream } from 'lethe';
import { letheCommand } from '../../common/shell.ts';
import { nameList } from '../../data/tables/pick-columns.ts';
import type { Baseline, Metrics, StepPlace, Task } from '../../runs/task.ts';
import { asForecast, type NaiveForecast, naiveForecasts } from './baselines.ts';
import { calibratedFigures, readContent } from './calibration.ts';
import type { ForecastConfig } from './config.ts';
import { knownAfter } from './covariates.ts';
import type { ForecastData, Origin } from './data/types.ts';
import { windowsOf } from './features.ts';
import { type Forecast, forecastsOf } from './forecasts.ts';
import { forecastMetric } from './metrics.ts';
import { forecastModel, scoredSteps } from './model.ts';
import { trainingOrigins } from './periods.ts';
import { keptReading, readingOf } from './reading-file.ts';
import { intervalFigures, pointFigures, scoresOf, truthOf } from './scores.ts';
import { keptTested, testedOf } from './tested.ts';
import { taskModel } from './weights.ts';

/**
 * The task of a configuration.
 * @param noise of the run's seed
 */
export function forecastTask(config: ForecastConfig, data: ForecastData, noise: NoiseStream): Task {
  const { settings, series, splits } = data;
  const { horizon } = settings;
  const windows = windowsOf(data);
  const model = forecastModel(config, settings, windows.features, noise);
  const { batch, choice } = config.training;
  const perEpoch = windowsInEpoch(config, data);
  const { from, to } = scoredSteps(settings);
  const terms = perEpoch * (to - from);
  const truth = truthOf(data);
  const drawn = drawnWindows(data, perEpoch, noise);
  const naive = naiveForecasts(data);
  const scoreNaive = (one: NaiveForecast, origins: readonly Origin[]): Metrics =>
    pointFigures(
      origins.map((origin) => asForecast(origin, one.of(origin))),
      truth,
    );
  let lastTest: { forecasts: readonly Forecast[]; metrics: Metrics } | undefined;
  return {
    model: taskModel(model),
    data: identify(data),
    notes: data.notes,
    ...forecastMetric[choice],
    uninformed: uninformed(data, truth, scoreNaive(naive[0], splits.valid), choice),
    examples: terms,
    working: workingNumbers(config, data),
    hint: (run) => hintOf(data, run),
    stepsIn: () => Math.ceil(perEpoch / batch),
    step({ epoch, position }: StepPlace, stream) {
      const origins = drawn(epoch).slice(position * batch, (position + 1) * batch);
      const total = model.loss(windows.batch(origins), stream, terms);
      return { total, counted: total.nll.count };
    },
    trainMetrics: (mean) => ({ loss: mean }),
    *evaluate(split, { draws, calibration, share = 1 } = {}) {
      const origins = spread(splits[split], share);
      const forecasts = yield* forecastsOf(model, windows, origins, draws);
      if (calibration !== undefined)
        return calibratedFigures(forecasts, truth, readContent(calibration, horizon));
      const metrics: Metrics = scoresOf(forecasts, truth);
      if (forecasts.some((one) => one.spread.some((value) => value > 0))) {
        const target = forecasts.map((one) => truth.target(one));
        const noise = forecasts.map(({ mean, spread: s }) => ({
          lower: mean.map((value, h) => value - normal90 * s[h]),
          upper: mean.map((value, h) => value + normal90 * s[h]),
        }));
        const own = intervalFigures(target, noise, horizon);
        metrics.epistemic_coverage_90 = own.coverage_90;
        metrics.epistemic_width_90 = own.width_90;
      }
      if (split === 'test' && !draws) lastTest = { forecasts, metrics };
      return { ...metrics, ...(share < 1 && { evaluated_share: share }) };
    },
    testedFiles: [keptTested.file],
    tested(): Record<string, string> {
      if (!lastTest) return {};
      const { forecasts, metrics } = lastTest;
      const baselines = naive.map((one) => ({ name: one.name, metrics: scoreNaive(one, forecasts) }));
      return {
        [keptTested.file]: keptTested.text(testedOf(data, forecasts, truth, { model: metrics, baselines })),
      };
    },
    *baselines(split, share = 1) {
      const origins = spread(splits[split], share);
      const all: Baseline[] = [];
      for (const one of naive) {
        all.push({ name: one.name, metrics: scoreNaive(one, origins) });
        yield { done: all.length, all: naive.length };
      }
      return all;
    },
    files: () => ({ [keptReading.file]: keptReading.text(readingOf(data)) }),
    carried: () => ({}),
    restoreCarried: () => {},
  };

  function identify(all: ForecastData): Task['data'] {
    const counts = (origins: readonly Origin[]) => ({
      windows: origins.length,
      values: origins.length * horizon,
    });
    return {
      name: all.name,
      source: all.source,
      frequency: all.frequency.name,
      splits: {
        train: { series: series.length, windows: countTraining(all) },
        valid: counts(splits.valid),
        calibration: counts(all.calibration),
        test: counts(splits.test),
      } as Task['data']['splits'],
      sha256: all.sha256,
    };
  }
}

/** Windows of an epoch. */
export function windowsInEpoch({ windows }: ForecastConfig, data: ForecastData): number {
  return windows.epoch === 'auto' ? Math.min(2000, Math.max(640, countTraining(data))) : windows.epoch;
}

/** Input with its mask; what layers keep for the way back, in two moments where these are trained; outputs. */
export function workingNumbers({ model, training }: ForecastConfig, data: ForecastData): number {
  const { context, horizon } = data.settings;
  const rows = training.batch * (context + horizon);
  const kept = { rnn: 4, gru: 8, lstm: 9 }[model.cell];
  return (
    rows *
    (2 * windowsOf({ ...data, series: [] }).features +
      model.members * (2 * kept * model.hidden * model.layers + 40))
  );
}

// --- internal ---

/** Columns known in advance have to go on behind the series before there is a forecast. */
function hintOf({ series, settings: { horizon }, layout }: ForecastData, run: string): string {
  const predict = letheCommand('predict', run);
  const goesOn = series.every(({ known, length }) =>
    known.every((column) => knownAfter(column, length, horizon) === horizon),
  );
  return goesOn
    ? `${predict} --out answers.csv   forecasts what comes after the data`
    : `${predict} --in FILE --out answers.csv   forecasts what comes after the values of a file that goes on with ${nameList(layout.known)}`;
}

/** The deviations of a normal distribution between which nine in ten lie. */
const normal90 = 1.6448536269514722;

const countTraining = ({ series, periods, settings }: ForecastData): number =>
  series.reduce((sum, one) => {
    const { first, last } = trainingOrigins(one, periods, settings);
    return sum + last - first + 1;
  }, 0);

/** The windows of an epoch: a series, and an origin in its training period, at which something came. */
function drawnWindows(
  { series, periods, settings }: ForecastData,
  count: number,
  noise: NoiseStream,
): (epoch: number) => Origin[] {
  const { horizon } = settings;
  const ranges = series.map((one) => trainingOrigins(one, periods, settings));
  // Values seen up to each step: whether a horizon has any is a difference.
  const seen = series.map(({ values, length }) => {
    if (!values.some(Number.isNaN)) return undefined;
    const counts = new Int32Array(length + 1);
    for (let t = 0; t < length; t++) counts[t + 1] = counts[t] + (Number.isNaN(values[t]) ? 0 : 1);
    return counts;
  });
  const usable = series
    .map((_, n) => n)
    .filter((n) => {
      const counts = seen[n];
      return !counts || counts[ranges[n].last + horizon] > counts[ranges[n].first];
    });
  const draw = (epoch: number): Origin[] => {
    const u = noise.at(epoch).uniforms({ site: 'order' }, 2 * count);
    return Array.from({ length: count }, (_, i) => {
      const number = usable[Math.min(usable.length - 1, Math.floor(u[2 * i] * usable.length))];
      const { first, last } = ranges[number];
      const span = last - first + 1;
      let origin = first + Math.min(span - 1, Math.floor(u[2 * i + 1] * span));
      const counts = seen[number];
      while (counts && counts[origin + horizon] === counts[origin])
        origin = origin < last ? origin + 1 : first;
      return { series: number, origin };
    });
  };
  let last: { epoch: number; windows: Origin[] } | undefined;
  return (epoch) => {
    if (last?.epoch !== epoch) last = { epoch, windows: draw(epoch) };
    return last.windows;
  };
}

/** As many as the share says, evenly spread, at least one. */
function spread(origins: readonly Origin[], share: number): readonly Origin[] {
  if (share === 1) return origins;
  const count = Math.max(1, Math.round(share * origins.length));
  return Array.from({ length: count }, (_, i) => origins[Math.floor((i * origins.length) / count)]);
}

/** What forecasting 0, or the last value, scores, whichever is worse; of series of zeros, which both know, nothing is worse than they. */
function uninformed(
  data: ForecastData,
  truth: ReturnType<typeof truthOf>,
  ofLast: Metrics,
  choice: 'mase' | 'wql',
): number {
  const { horizon } = data.settings;
  const zero = data.splits.valid.map((origin) => asForecast(origin, new Float64Array(horizon)));
  const worse = Math.max(ofLast[choice], scoresOf(zero, truth)[choice]);
  return worse === 0 ? Infinity : worse;
}
