/** The data of forecasts, as the command and training know it. */
import fs from 'node:fs';
import { examples } from '../../data/examples/example-files.ts';
import type { DataKind, ListedData } from '../kind.ts';
import { claimTable } from '../shared/claim-table.ts';
import type { ForecastConfig } from './config.ts';
import { forecastCatalogue, forecastNames } from './data/catalogue.ts';
import { findPublished, loadForecast } from './data/load.ts';
import type { ForecastData } from './data/types.ts';
import { forecastStatistics } from './statistics.ts';

const own = examples.filter(({ holds }) => holds === 'series');

export const forecastDataKind: DataKind<ForecastConfig, ForecastData> = {
  paths: 'a file of series',
  claim: (path) => claimTable(path, 'series'),
  load: loadForecast,
  /** What was found, so that other files are read in the same way, and a run means what it meant. */
  choices(config, { settings, layout }) {
    const { horizon, context, season, seasons, means, lags, calendar } = settings;
    const { id = null, time = null, target = null, columns, known, statics } = layout;
    return {
      ...config,
      forecast: { ...config.forecast, horizon, context, season, seasons, means, lags, calendar },
      columns: {
        ...config.columns,
        id,
        time,
        target: target ?? columns?.join(',') ?? null,
        known,
        static: statics,
      },
    };
  },
  statistics: forecastStatistics,
  published: {
    names: [...own.map(({ name }) => name), ...forecastNames],
    fetchable: [],
    list: (places = {}) => [
      ...own.map(
        ({ name, title, file }): ListedData => ({
          ...{ name, title, status: 'embedded', where: file, bytes: null },
          licence: 'public domain',
        }),
      ),
      ...forecastCatalogue.map((entry): ListedData => {
        const { name, title, licence, files } = entry;
        const found = findPublished(entry, places);
        const where = found?.[0] ?? `forecast/${files[0]} in a data directory`;
        return {
          name,
          title,
          licence,
          where,
          status: found ? 'found' : 'missing',
          bytes: found ? sizeOf(found) : null,
        };
      }),
    ],
    fetch() {
      throw new Error('nothing is fetchable');
    },
  },
};

// --- internal ---

const sizeOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
