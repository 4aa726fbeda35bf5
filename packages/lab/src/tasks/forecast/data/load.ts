/** Series by name: published, embedded, or a file; with the splits by time and everything that windows are made of. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { counted } from '../../../common/counted.ts';
import { dataDirectories, type FindOptions } from '../../../data/directories.ts';
import { exampleFile, examples } from '../../../data/examples/example-files.ts';
import { MissingDataError } from '../../../data/missing.ts';
import { readSeries } from '../../../data/tables/series.ts';
import type { Series, SeriesData, SeriesOptions } from '../../../data/tables/series-types.ts';
import { unknownDataSet } from '../../../data/unknown.ts';
import type { DataPlaces } from '../../kind.ts';
import { tableReading } from '../../shared/table-config.ts';
import type { ForecastConfig } from '../config.ts';
import { covariatesOf } from '../covariates.ts';
import { longEnough, originsOf, partOrigins, periodsOf, requireValues, trainingOrigins } from '../periods.ts';
import { resolveSettings } from '../settings.ts';
import { type CatalogueEntry, forecastCatalogue, forecastNames } from './catalogue.ts';
import type { ForecastData, ForecastSeries } from './types.ts';

/**
 * Loads the series of a configuration.
 * @throws ConfigError for a name that stands for nothing, DataError for what cannot be read or is too short, MissingDataError for a
 * published set that is nowhere
 */
export async function loadForecast(config: ForecastConfig, places: DataPlaces = {}): Promise<ForecastData> {
  const { dataset, forecast: settings } = config;
  const { data, entry, source } = await readNamed(dataset, optionsOf(config), places);
  const { horizon, season, length } = entry ?? {};
  const example = examples.find((one) => one.holds === 'series' && one.name === dataset);
  const all = data.series.map((one) => seriesOf(one, length));
  if (entry?.filled) for (const one of all) one.truth = filledByPhase(one.values, season!);
  const resolved = resolveSettings(settings, {
    frequency: data.frequency,
    horizon: horizon ?? example?.horizon ?? data.horizon,
    season,
    longest: all.reduce((most, one) => Math.max(most, one.length), 0),
    dated: all.some(({ start }) => start !== undefined),
  });
  const windows = entry ? { ...config.windows, ...unsaid(config.windows, entry.windows) } : config.windows;
  const periods = periodsOf(
    all.map(({ length }) => length),
    windows,
    resolved,
  );
  const { series, note } = longEnough(data.where, all, periods, resolved.horizon, config.table.maxBad);
  requireValues(data.where, series, periods, resolved);
  if (settings.head === 'negative-binomial') requireCounts(data.where, series);
  const part = (name: 'test' | 'calibration' | 'valid') =>
    partOrigins(series, periods, resolved.horizon, name);
  const train = series.map((one, n) => ({
    series: n,
    origin: trainingOrigins(one, periods, resolved).last,
  }));
  const ends = series.map(({ length }) => originsOf(length, periods, resolved.horizon).trainEnd);
  return {
    name: dataset,
    source,
    splits: { train, valid: part('valid'), test: part('test') },
    calibration: part('calibration'),
    series,
    frequency: data.frequency,
    layout: data.layout,
    settings: resolved,
    covariates: covariatesOf(data, series, ends),
    periods,
    notes: [
      ...data.notes,
      ...(note ? [note] : []),
      settingsNote(config, resolved),
      splitNote(periods, resolved.horizon),
    ],
    sha256: digest(series, periods),
  };
}

/** The options of reading that a configuration has. */
export function optionsOf({
  columns,
  table: { form, frequency, ...written },
}: ForecastConfig): SeriesOptions {
  const { id, time, target, known, static: statics, ignore } = columns;
  const said = { id, time, target, frequency, form: form === 'auto' ? null : form };
  return {
    ...tableReading(written),
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null)),
    ...(known.length > 0 && { known }),
    ...(statics.length > 0 && { static: statics }),
    ...(ignore.length > 0 && { ignore }),
  };
}

/** A series with its gaps as NaN. */
export function seriesOf(one: Series, most = Infinity): ForecastSeries {
  const length = Math.min(one.length, most);
  const values = one.values.slice(0, length);
  for (let t = 0; t < length; t++) if (one.missing[t] === 1) values[t] = Number.NaN;
  const known = one.known.map((column, k) =>
    column.map((value, t) => (one.knownMissing[k][t] === 1 ? Number.NaN : value)),
  );
  const { id, start, times, counts, statics, line } = one;
  return { id, values, truth: values, length, start, times, ...(counts && { counts }), known, statics, line };
}

/** Where the files of a published set are, or undefined. */
export function findPublished(entry: CatalogueEntry, options: FindOptions): string[] | undefined {
  for (const root of dataDirectories(options)) {
    for (const folder of [path.join(root, 'forecast'), root]) {
      const files = entry.files.map((file) =>
        [file, `${file}.gz`].map((name) => path.join(folder, name)).find((one) => fs.existsSync(one)),
      );
      if (files.every((file) => file !== undefined)) return files as string[];
    }
  }
  return undefined;
}

// --- internal ---

async function readNamed(
  name: string,
  options: SeriesOptions,
  places: DataPlaces,
): Promise<{ data: SeriesData; entry?: CatalogueEntry; source: string }> {
  const file = path.resolve(places.cwd ?? '', name);
  // A file of that name goes before a set that is called so.
  if (fs.existsSync(file) && fs.statSync(file).isFile()) {
    return { data: await readSeries(file, options, name), source: name };
  }
  const example = exampleFile('series', name);
  if (example)
    return {
      data: await readSeries(example, options, `forecast/${name}`),
      source: 'embedded in this package',
    };
  const entry = forecastCatalogue.find((one) => one.name === name);
  if (!entry) {
    const names = [
      ...examples.filter(({ holds }) => holds === 'series').map((one) => one.name),
      ...forecastNames,
    ];
    throw unknownDataSet(name, names, ', or the path of a file of series');
  }
  const files = findPublished(entry, places);
  if (!files) {
    throw new MissingDataError(
      `${name}: expected ${entry.files.join(' and ')} in the folder forecast of a data directory (--data, LETHE_DATA), found none; put them there`,
    );
  }
  const [first, second] = await Promise.all(
    files.map((one) => readSeries(one, { ...entry.read, ...options })),
  );
  return { data: second ? joined(first, second) : first, entry, source: path.dirname(files[0]) };
}

/** The values of one file behind those of another, series by series. */
function joined(first: SeriesData, second: SeriesData): SeriesData {
  const later = new Map(second.series.map((one) => [one.id, one]));
  const series = first.series.map((one): Series => {
    const next = later.get(one.id);
    if (!next)
      throw new DataError(`${second.where}: expected series '${one.id}' as in ${first.where}, found none`);
    const length = one.length + next.length;
    const values = new Float64Array(length);
    const missing = new Uint8Array(length);
    values.set(one.values);
    values.set(next.values, one.length);
    missing.set(one.missing);
    missing.set(next.missing, one.length);
    return { ...one, values, missing, length };
  });
  return { ...first, series };
}

/** What a published set says where the configuration is silent. */
function unsaid(said: ForecastConfig['windows'], of: CatalogueEntry['windows']): CatalogueEntry['windows'] {
  return Object.fromEntries(
    Object.entries(of).filter(([key]) => said[key as keyof ForecastConfig['windows']] === 'auto'),
  );
}

/** Gaps filled by the median of the values of the same phase (the convention of the NN5 competition's users: the same weekday). */
export function filledByPhase(values: Float64Array, season: number): Float64Array {
  const medians = Array.from({ length: season }, (_, phase) => {
    const own = values.filter((y, t) => t % season === phase && !Number.isNaN(y)).sort();
    const half = own.length >> 1;
    return own.length % 2 === 1 ? own[half] : (own[half - 1] + own[half]) / 2;
  });
  return values.map((y, t) => (Number.isNaN(y) ? medians[t % season] : y));
}

function requireCounts(where: string, series: readonly ForecastSeries[]): void {
  for (const { id, values } of series) {
    const t = values.findIndex((y) => !Number.isNaN(y) && !(Number.isSafeInteger(y) && y >= 0));
    if (t < 0) continue;
    throw new ConfigError(
      `forecast.head: expected counts for negative-binomial, whole numbers from 0 to 2^53, found ${values[t]} in series '${id}' of ${where} at step ${t + 1}; take another, such as quantiles`,
    );
  }
}

function settingsNote(config: ForecastConfig, resolved: ForecastData['settings']): string {
  const { horizon, context, season, lags, calendar } = resolved;
  const found = config.forecast.horizon === 'auto' ? 'horizon (--horizon)' : 'horizon';
  return [
    `${found} ${horizon}`,
    `context ${context}`,
    season > 1 ? `season ${season}` : 'no season',
    lags.length > 0 ? `lags ${lags.join(', ')}` : 'no lags',
    calendar.length > 0 ? `calendar ${calendar.join(', ')}` : 'no calendar',
  ].join('; ');
}

function splitNote({ test, calibration, valid }: ForecastData['periods'], horizon: number): string {
  const part = (name: string, { count, stride }: { count: number; stride: number }): string =>
    count <= 1
      ? `${name} ${count === 1 ? counted(horizon, 'step') : 'none'}`
      : `${name} ${counted(count, 'window')}, one every ${stride === 1 ? 'step' : `${stride} steps`}`;
  return `split by time, from the end of each series: ${part('test', test)}; ${part('calibration', calibration)}; ${part('validation', valid)}; training before`;
}

function digest(series: readonly ForecastSeries[], periods: ForecastData['periods']): string {
  const hash = createHash('sha256').update(JSON.stringify(periods));
  for (const { id, values, known, start, statics } of series) {
    hash.update(`${JSON.stringify([id, start, statics, values.length])}\n`);
    for (const part of [values, ...known])
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest('hex');
}
