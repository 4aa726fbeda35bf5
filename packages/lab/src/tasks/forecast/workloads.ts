/**
 * The forecasting workload: `forecast-hourly`, one minibatch of the recipe of M4 hourly: 32 windows of 168 + 48 steps cut from
 * 64 series of 900 hours with a day and a week in them, an LSTM of 64 units with masks held over the window (input .1, recurrent .2,
 * output .2), eleven quantiles of each of the 48 steps, Adam, gradients clipped at norm 1.
 */
import { adam, clipScale, globalNorm, gradients, NoiseStream, scoped } from 'lethe';
import type { Workload } from '../../bench/workload.ts';
import { forecastDefaults } from './config.ts';
import type { ForecastSeries, Origin } from './data/types.ts';
import { windowsOf } from './features.ts';
import { forecastModel } from './model.ts';
import { resolveSettings } from './settings.ts';

/** The sizes; the defaults are those of the benchmark. */
export interface ForecastSizes {
  series?: number;
  length?: number;
  batch?: number;
  seed?: number;
}

/** Builds the workload. Everything in it is a function of the sizes and the seed. */
export function forecastWorkload({
  series = 64,
  length = 900,
  batch = 32,
  seed = 1,
}: ForecastSizes = {}): Workload {
  const stream = new NoiseStream(seed);
  const config = forecastDefaults();
  const frequency = { name: 'hourly', unit: 'millisecond' as const, count: 3_600_000, season: 24 };
  const settings = resolveSettings(
    {
      ...config.forecast,
      ...{ horizon: 48, context: 168, seasons: 1, base: 'mixture', scaling: 'difference' },
      lags: [48, 72, 96, 120, 144, 168, 192, 336],
    },
    { frequency, longest: length, dated: false },
  );
  const windows = windowsOf({
    series: Array.from({ length: series }, (_, n) => madeSeries(stream, n, length)),
    frequency,
    settings,
    covariates: { known: [], statics: [] },
  });
  const model = forecastModel(config, settings, windows.features, stream);
  const tensors = Object.values(model.parameters);
  const names = Object.keys(model.parameters);
  const optimizer = adam(model.parameters, { stepRate: 0.004 });
  const [first, last] = [settings.context, length - settings.horizon];
  let steps = 0;
  return {
    parameters: model.parameters,
    step: () =>
      scoped(() => {
        const noise = stream.at(++steps);
        const u = noise.uniforms({ site: 'order' }, 2 * batch);
        const origins = Array.from(
          { length: batch },
          (_, b): Origin => ({
            series: Math.min(series - 1, Math.floor(u[2 * b] * series)),
            origin: first + Math.floor(u[2 * b + 1] * (last - first)),
          }),
        );
        const { loss, gradients: slopes } = gradients(
          tensors,
          () => model.loss(windows.batch(origins), noise, batch * settings.horizon).loss,
        );
        optimizer.update(slopes, clipScale(globalNorm(slopes, names), 1));
        return loss;
      }),
  };
}

// --- internal ---

/** A level, a day, a week, and noise. */
function madeSeries(stream: NoiseStream, number: number, length: number): ForecastSeries {
  const noise = stream.uniforms({ site: 'sample', entry: number }, length);
  const wave = (t: number, period: number): number => Math.sin((2 * Math.PI * (t + number)) / period);
  const values = Float64Array.from(noise, (u, t) => 100 + 20 * wave(t, 24) + 10 * wave(t, 168) + 8 * u);
  return { id: `s${number}`, values, truth: values, length, known: [], statics: [], line: number + 1 };
}
