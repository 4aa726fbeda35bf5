/** A music data set by name: found on this machine, fetched, embedded, or made of a folder of MIDI files. */
import { type CatalogueEntry, catalogueEntry } from './catalogue.ts';
import { type FetchOptions, fetchEntry } from './fetch.ts';
import { cacheDirectory, type FindOptions, findMusic, isDirectory, searchedText } from './find.ts';
import { loadFolk } from './folk.ts';
import { loadMidiFolder, type MidiFolderOptions } from './midi-folder.ts';
import { MissingDataError } from './missing.ts';
import { embeddedName, musicNames, unknownDataSet } from './names.ts';
import { readPublished } from './published.ts';
import type { MusicData } from './types.ts';

/** Where a data set may come from. */
export interface LoadMusicOptions extends FindOptions, MidiFolderOptions {
  /** whether what is not on this machine may be downloaded; default true */
  fetch?: boolean;
  /** how it is downloaded; by default from the public mirrors into the user's cache */
  fetching?: Pick<FetchOptions, 'to' | 'mirrors' | 'onProgress' | 'idleTimeout' | 'timeout' | 'signal'>;
}

/**
 * Loads `jsb-chorales`, `nottingham`, `piano-midi`, `musedata`, `folk`, or a directory of MIDI files. What is found but
 * broken is an error; nothing else is then tried.
 * @throws ConfigError for a name that is neither, DataError for broken data, MissingDataError when the set is
 * neither here nor to be fetched
 */
export async function loadMusic(name: string, options: LoadMusicOptions = {}): Promise<MusicData> {
  const entry = catalogueEntry(name);
  if (entry) return loadPublished(entry, options);
  if (name === embeddedName) return loadFolk();
  if (isDirectory(name)) return loadMidiFolder(name, options);
  throw unknownDataSet(name, musicNames, ', or a directory of MIDI files');
}

// --- internal ---

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
