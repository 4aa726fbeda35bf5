/** A music data set by name: found on this machine, fetched, embedded, or made of the user's own files. */
import { existsSync } from 'node:fs';
import { ConfigError } from 'lethe';
import { cacheDirectory, dataDirectories, type FindOptions, isDirectory } from '../../../data/directories.ts';
import { MissingDataError } from '../../../data/missing.ts';
import { unknownDataSet } from '../../../data/unknown.ts';
import { type CatalogueEntry, catalogueEntry } from './catalogue.ts';
import { type FetchOptions, fetchEntry } from './fetch.ts';
import { findMusic, searchedText } from './find.ts';
import { loadMusicFolder, type MusicFolderOptions } from './folder.ts';
import { loadFolk } from './folk.ts';
import { embeddedName, musicNames } from './names.ts';
import { formatOf } from './piece-formats.ts';
import { readPublished } from './published.ts';
import type { MusicData } from './types.ts';

/** Where a data set may come from. */
export interface LoadMusicOptions extends FindOptions, MusicFolderOptions {
  /** whether what is not on this machine may be downloaded; default true */
  fetch?: boolean;
  /** how it is downloaded; by default from the public mirrors into the user's cache */
  fetching?: Pick<FetchOptions, 'to' | 'mirrors' | 'onProgress' | 'idleTimeout' | 'timeout' | 'signal'>;
}

/**
 * Loads `jsb-chorales`, `nottingham`, `piano-midi`, `musedata`, `folk`, or what is in a directory or a file of music. What is
 * found but broken is an error; nothing else is then tried.
 * @throws ConfigError for a name that is neither and for a grid that a published set does not have, DataError for broken data, MissingDataError when the set is
 * neither here nor to be fetched
 */
export async function loadMusic(name: string, options: LoadMusicOptions = {}): Promise<MusicData> {
  const entry = catalogueEntry(name);
  // A place that was named and is none is a mistake, whether this data set lies there or not.
  dataDirectories(options);
  if (entry) return onItsGrid(await loadPublished(entry, options), options);
  if (name === embeddedName) return onItsGrid(loadFolk(), options);
  if (isDirectory(name) || (formatOf(name) !== undefined && existsSync(name)))
    return loadMusicFolder(name, options);
  throw unknownDataSet(name, musicNames, ', or a folder or file of music');
}

// --- internal ---

/** A data set that comes in time steps. Throws ConfigError when others are asked for. */
function onItsGrid(data: MusicData, { stepsPerQuarter }: LoadMusicOptions): MusicData {
  if (stepsPerQuarter == null || stepsPerQuarter === data.stepsPerQuarter) return data;
  const found = `${data.name} comes with ${data.stepsPerQuarter}, found ${stepsPerQuarter}`;
  throw new ConfigError(`stepsPerQuarter is for music of one's own: ${found}; leave it out`);
}

async function loadPublished(entry: CatalogueEntry, options: LoadMusicOptions): Promise<MusicData> {
  const { name, stepsPerQuarter } = entry;
  const { log, fetch = true, fetching } = options;
  const { found, searched } = findMusic(entry, options);
  if (found) return { name, source: found.path, stepsPerQuarter, splits: readPublished(entry, found) };
  const looked = searchedText(entry, searched);
  if (!fetch) throw new MissingDataError(`${name} not found: ${looked}; put it there or allow fetching`);
  log?.(`${name}: ${looked}`);
  const to = cacheDirectory(options.env);
  const { file, url } = await fetchEntry(entry, { to, log, ...fetching });
  return { name, source: `${url}, now ${file.path}`, stepsPerQuarter, splits: readPublished(entry, file) };
}
