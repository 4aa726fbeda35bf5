/** Series that a run was not trained on, read as its own were; its own data need not be there. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { readSeries } from '../../data/tables/series.ts';
import type { DataPlaces, TrainedRun } from '../kind.ts';
import type { ForecastConfig } from './config.ts';
import { unknownStatics } from './covariates.ts';
import { loadForecast, optionsOf, seriesOf } from './data/load.ts';
import type { ForecastData } from './data/types.ts';
import { keptReading, type Reading, readingOf } from './reading-file.ts';
import { resolveSettings } from './settings.ts';

/** What forecasts are made from. */
export type SeriesToForecast = Pick<
  ForecastData,
  'name' | 'series' | 'frequency' | 'layout' | 'settings' | 'covariates'
>;

/** How a run reads series: as it keeps, or of one from before that was kept, as its data are read again. */
export async function runReading(
  { run, config }: TrainedRun<ForecastConfig>,
  places: DataPlaces,
): Promise<Reading> {
  return keptReading.read(run.directory) ?? readingOf(await loadForecast(config, places));
}

/** No series yet, with all that is known of them. */
export function seriesReadBy(
  { dataset, forecast }: ForecastConfig,
  { layout, covariates }: Reading,
): SeriesToForecast {
  // The configuration of a run leaves nothing open that data would have to settle.
  const { frequency } = layout;
  const settings = resolveSettings(forecast, { frequency, longest: Infinity, dated: true });
  return { name: dataset, series: [], frequency, layout, settings, covariates };
}

/**
 * Newer values of the same columns, for a trained run.
 * @param where the file as its user named it, for errors
 * @throws DataError for other columns, another frequency, or a series too short to look back on
 */
export async function readOther(
  file: string,
  config: ForecastConfig,
  reading: Reading,
  log: (line: string) => void,
  where = file,
): Promise<SeriesToForecast> {
  const data = await readSeries(file, { ...optionsOf(config), layout: reading.layout }, where);
  for (const note of data.notes) log(note);
  const series = data.series.map((one) => seriesOf(one));
  const { history } = reading;
  const short = series.find(({ values }) => values.filter((y) => !Number.isNaN(y)).length < history);
  if (short) {
    throw new DataError(
      `${where}: expected at least ${history} values of each series, to forecast from, found ${short.values.filter((y) => !Number.isNaN(y)).length} of ${short.id === '' ? 'the only one' : `'${printable(short.id, 40)}'`} (line ${short.line}); give more of its past, or leave it out`,
    );
  }
  for (const note of unknownStatics(reading.covariates, series)) log(note);
  return { ...seriesReadBy(config, reading), series, name: where };
}
