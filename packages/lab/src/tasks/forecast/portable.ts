/** A forecaster as other programs can be given it: the numbers that its head reads, for every step of a window. */
import { NoiseStream } from 'lethe';
import type { PortableModel } from '../../runs/network.ts';
import type { DataPlaces, TrainedRun } from '../kind.ts';
import { portableNetwork } from '../shared/portable.ts';
import type { ForecastConfig } from './config.ts';
import { windowsOf } from './features.ts';
import { forecastModel } from './model.ts';
import { runReading, seriesReadBy } from './other-series.ts';
import { taskModel } from './weights.ts';

export async function portableForecaster(
  run: TrainedRun<ForecastConfig>,
  places: DataPlaces = {},
): Promise<PortableModel> {
  const data = seriesReadBy(run.config, await runReading(run, places));
  const { features } = windowsOf(data);
  const model = forecastModel(run.config, data.settings, features, new NoiseStream(run.config.seed));
  taskModel(model).load(run.weights, run.where);
  const { mode, context, horizon, head } = data.settings;
  return {
    networks: model.networks.map(portableNetwork),
    rule: model.regularizer.modes.test,
    about: {
      input: `the ${features} features of each of the ${context + horizon} steps of a window (${mode}), scaled as in training`,
      output: `the numbers of the ${head} head for every step, in units of the window's scale`,
    },
  };
}
