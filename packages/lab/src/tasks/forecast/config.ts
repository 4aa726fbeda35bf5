/** The configuration of a forecasting run: its schema and its defaults. */
import { z } from 'zod';
import { oneOf, wholeNumber } from '../../common/usage.ts';
import {
  anyModel,
  anyRun,
  anyTraining,
  count,
  optimizerDefaults,
  runDefaults,
  trainingDefaults,
} from '../../runs/config.ts';
import type { ConfigKind, TaskOption } from '../kind.ts';
import { columnKeys, tableDefaults, tableKeys } from '../shared/table-config.ts';
import { columnOptions, tableOptions } from '../shared/table-options.ts';
import { calendarNames } from './calendar.ts';
import { headNames } from './heads/names.ts';
import { scalingNames } from './scaling.ts';

/** What is found where nobody says it. */
const auto = z.literal('auto');
export const choices = ['mase', 'wql'] as const;
const seriesForms = ['long', 'wide', 'rows', 'tsf'] as const;
const countOrAuto = z.union([auto, count]).default('auto');

const { id, time, target, known, static: statics, ignore } = columnKeys;
const columns = z.strictObject({ id, time, target, known, static: statics, ignore });

const table = z.strictObject({
  ...tableKeys,
  form: z
    .enum(['auto', ...seriesForms])
    .describe('a row a value (long), a column a series (wide), a row a series (rows), or tsf'),
  frequency: z
    .string()
    .min(1)
    .nullable()
    .describe('how often there is a value, where dates do not tell: hourly, daily, …; none: found'),
});

const forecast = z.strictObject({
  horizon: countOrAuto.describe(
    'steps to forecast; auto: what the file or the published set says, else that of the M4 competition for the frequency',
  ),
  context: countOrAuto.describe(
    'steps that a forecast looks back on directly; auto: 1.5 horizons, at least three seasons and 16, at most 336',
  ),
  season: countOrAuto.describe('steps after which a season begins again; auto: by the frequency'),
  lags: z
    .union([auto, z.array(count)])
    .default('auto')
    .describe('values of so many steps before are inputs; auto: whole seasons from the horizon on, a year'),
  calendar: z
    .union([auto, z.array(z.enum(calendarNames))])
    .default('auto')
    .describe('what dates say; auto: by the frequency'),
  seasons: countOrAuto.describe(
    'of the seasonal mean that forecasts depart from, so many seasons; auto: 8, without a season the last value',
  ),
  means: z
    .union([auto, z.array(count)])
    .default('auto')
    .describe(
      'the last value and the mean over the last eight of such seasons are inputs; auto: of hours a day and a week',
    ),
  base: z
    .enum(['season', 'mixture'])
    .default('season')
    .describe(
      'what forecasts depart from: the seasonal mean, or a mixture of it and of what means names, by what each missed over the last horizon',
    ),
  scaling: z
    .enum(scalingNames)
    .default('mean')
    .describe(
      'windows are divided by their mean size, standardised, or measured from their last value in mean seasonal differences',
    ),
  head: z.enum(headNames).default('quantiles').describe('the distribution of a value'),
  mode: z
    .enum(['direct', 'autoregressive'])
    .default('direct')
    .describe('all steps of the horizon at once, or sampled one after the other'),
  samples: count.default(200).describe('of autoregressive forecasts, paths drawn'),
});

const windows = z.strictObject({
  epoch: countOrAuto.describe(
    'windows drawn for an epoch; auto: as many as there are, at least 640, at most 2,000',
  ),
  valid: countOrAuto.describe('origins of each series that early stopping looks at'),
  calibration: countOrAuto.describe('origins of each series kept for calibration'),
  test: countOrAuto.describe('origins of each series that are tested, the last ones'),
  stride: countOrAuto.describe(
    'steps from one origin to the next; auto: a horizon, less where the series are short',
  ),
});

const schema = z.strictObject({
  ...anyRun,
  task: z.literal('forecast').describe('the task'),
  columns,
  table,
  forecast,
  windows,
  model: z.strictObject({
    ...anyModel,
    hidden: count.describe('units of each hidden layer'),
    members: z
      .int()
      .min(1)
      .max(20)
      .describe('networks trained side by side from weights of their own, whose numbers are averaged'),
  }),
  training: z.strictObject({
    ...anyTraining,
    batch: count.describe('windows in a minibatch'),
    choice: z
      .enum(choices)
      .describe('what weights are chosen by: the scaled error of the median, or the loss of all quantiles'),
  }),
});

export type ForecastConfig = z.infer<typeof schema>;
/** Settings of what is forecast and from what. */
export type ForecastSettings = ForecastConfig['forecast'];

export function forecastDefaults(): ForecastConfig {
  return {
    ...runDefaults,
    task: 'forecast',
    dataset: 'sales',
    columns: { id: null, time: null, target: null, known: [], static: [], ignore: [] },
    table: { ...tableDefaults, form: 'auto', frequency: null },
    forecast: {
      horizon: 'auto',
      context: 'auto',
      season: 'auto',
      lags: 'auto',
      calendar: 'auto',
      seasons: 'auto',
      means: 'auto',
      base: 'season',
      scaling: 'mean',
      head: 'quantiles',
      mode: 'direct',
      samples: 200,
    },
    windows: { epoch: 'auto', valid: 'auto', calibration: 'auto', test: 'auto', stride: 'auto' },
    model: {
      cell: 'lstm',
      hidden: 64,
      layers: 1,
      members: 1,
      dropout: 'variational:input=.1,recurrent=.2,output=.2',
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.002, clipNorm: 1 },
    training: {
      ...trainingDefaults,
      epochs: 30,
      patience: 6,
      checkpointEvery: 60,
      batch: 64,
      choice: 'mase',
    },
  };
}

/** Options about tables, of `train` and `predict`, by the keys that they set. */
export const ownTableOptions = {
  ...pick(columnOptions, ['id', 'time', 'target', 'known', 'static', 'ignore']),
  ...tableOptions,
  form: {
    flags: '--form <NAME>',
    description: `of series: ${seriesForms.join(', ')} (default: found)`,
    read: oneOf('--form', seriesForms),
    key: 'table.form',
  },
  frequency: {
    flags: '--frequency <NAME>',
    description: 'of series: hourly, daily, weekly, monthly, … (default: by their dates)',
    key: 'table.frequency',
  },
} as const satisfies Record<string, TaskOption>;

export const forecastConfig: ConfigKind<ForecastConfig> = {
  schema,
  defaults: forecastDefaults,
  choices: [],
  options: [
    {
      flags: '--horizon <N>',
      description: 'of series: steps to forecast (default: by the file, else by the frequency)',
      read: wholeNumber('--horizon', 1),
      key: 'forecast.horizon',
    },
    {
      flags: '--head <NAME>',
      description: `of series: ${headNames.join(', ')} (default: quantiles)`,
      key: 'forecast.head',
    },
    {
      flags: '--mode <NAME>',
      description: 'of series: direct, autoregressive (default: direct)',
      key: 'forecast.mode',
    },
    {
      flags: '--scaling <NAME>',
      description: `of series: ${scalingNames.join(', ')} (default: mean)`,
      key: 'forecast.scaling',
    },
    {
      flags: '--members <N>',
      description: 'of series: networks trained side by side, whose forecasts are averaged (default: 1)',
      read: wholeNumber('--members', 1, 20),
      key: 'model.members',
    },
    {
      flags: '--test-windows <N>',
      description:
        'of series: origins of each that are tested, a horizon apart (default: as the series allow)',
      read: wholeNumber('--test-windows', 1),
      key: 'windows.test',
    },
    ...Object.values(ownTableOptions),
  ],
  sizes: ['model.hidden', 'model.layers', 'model.members', 'training.batch', 'forecast.context'],
  conditions: [
    'forecast.horizon',
    'forecast.season',
    'windows.test',
    'windows.stride',
    'columns.target',
    'columns.id',
  ],
};

// --- internal ---

function pick<T extends object, K extends keyof T>(all: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Pick<T, K>;
}
