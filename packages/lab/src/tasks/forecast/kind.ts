/** Forecasting as a task: the next values of series from those before them, with how sure they are. */

import { parseDropout } from 'lethe/dropout';
import type { TaskKind } from '../kind.ts';
import { recurrentParameters } from '../shared/parameters.ts';
import { forecastCalibration } from './calibration.ts';
import { type ForecastConfig, forecastConfig } from './config.ts';
import type { ForecastData } from './data/types.ts';
import { forecastDataKind } from './data-kind.ts';
import { windowsOf } from './features.ts';
import { headOf } from './heads/index.ts';
import { forecastMetric, forecastMetrics } from './metrics.ts';
import { portableForecaster } from './portable.ts';
import { forecastPrediction } from './prediction.ts';
import { keptReading } from './reading-file.ts';
import { forecastSections } from './sections.ts';
import { forecastTask, workingNumbers } from './task.ts';
import { keptTested } from './tested.ts';
import { forecastWorkload } from './workloads.ts';

export const forecast: TaskKind<ForecastConfig, ForecastData> = {
  name: 'forecast',
  things: 'series',
  config: forecastConfig,
  data: forecastDataKind,
  metrics: forecastMetrics,
  metric: (at) => forecastMetric[at('training.choice') === 'wql' ? 'wql' : 'mase'],
  open: forecastTask,
  size(config, data) {
    const { cell, hidden, layers, members, dropout } = config.model;
    const hiddenSizes = Array<number>(layers).fill(hidden);
    const inputSize = windowsOf({ ...data, series: [] }).features;
    const { outputs } = headOf(data.settings, parseDropout(dropout));
    return {
      parameters: members * (recurrentParameters({ cell, inputSize, hiddenSizes }) + outputs * (hidden + 1)),
      working: workingNumbers(config, data),
    };
  },
  calibration: forecastCalibration,
  network: portableForecaster,
  prediction: forecastPrediction,
  files: [keptReading.file, keptTested.file],
  sections: forecastSections,
  workloads: { 'forecast-hourly': { make: () => forecastWorkload() } },
  examples: {
    train: ['lethe train forecast/sales --epochs 10', 'lethe train forecast/sales.csv --horizon 28'],
    predict: ['lethe predict runs/sales-variational-1 --out answers.csv'],
    calibrate: ['lethe calibrate runs/sales-variational-1'],
    stats: ['lethe data stats forecast/sales'],
    targets: ['forecast/sales', 'forecast/PATH'],
  },
};
