/** The published sets from their public mirrors into the user's cache. */
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { cacheDirectory } from '../../../data/directories.ts';
import { type DownloadProgress, download } from '../../../data/download.ts';
import { MissingDataError } from '../../../data/missing.ts';
import { unknownDataSet } from '../../../data/unknown.ts';
import { type CatalogueEntry, type CatalogueFile, catalogue, catalogueEntry } from './catalogue.ts';
import type { FoundFile } from './find.ts';
import { embeddedName } from './names.ts';

/** How a data set is fetched. */
export interface FetchOptions {
  /** the data directory to put it in; default: the user's cache */
  to?: string;
  /** gets a line for each address that is tried or fails */
  log?: (line: string) => void;
  onProgress?: DownloadProgress;
  /** addresses of directories to try instead of the public mirrors */
  mirrors?: readonly string[];
  /** milliseconds without a byte before the next address is tried */
  idleTimeout?: number;
  timeout?: number;
  signal?: AbortSignal;
}

/**
 * Fetches one of the four published sets. The mirrors are tried in turn, the small MATLAB form before the
 * pickle; what comes is checked by size and SHA-256, and replaces a file that is there.
 * @returns the path of the file
 * @throws ConfigError for a name that is none of the four, MissingDataError when no mirror has the file, LetheError `E_IO`
 * when it cannot be written
 */
export async function fetchMusic(name: string, options: FetchOptions = {}): Promise<string> {
  if (name === embeddedName)
    throw new ConfigError(`${name} is part of this package: there is nothing to fetch`);
  const entry = catalogueEntry(name);
  const names = catalogue.map((known) => known.name);
  if (!entry) throw unknownDataSet(name, names);
  return (await fetchEntry(entry, options)).file.path;
}

/** As `fetchMusic`, for an entry of the catalogue; says as well which address had the file. */
export async function fetchEntry(
  entry: CatalogueEntry,
  options: FetchOptions = {},
): Promise<{ file: FoundFile; url: string }> {
  const { to = cacheDirectory(), log = () => {}, mirrors, ...rest } = options;
  // The log has each address in full; the error needs each reason once.
  const failures = new Set<string>();
  for (const { file, url } of sources(entry, mirrors)) {
    const target = path.join(to, 'polyphonic', file.names[0]);
    log(`fetching ${url}`);
    try {
      await download(url, target, { bytes: file.bytes, sha256: file.sha256, ...rest });
      return { file: { path: target, file, compressed: false }, url };
    } catch (error) {
      // A full disk or a stop is no fault of the mirror.
      if (!(error instanceof DataError)) throw error;
      failures.add(error.message.replace(url, new URL(url).host));
      log(error.message);
    }
  }
  const [first] = entry.files;
  const place = path.join(to, 'polyphonic');
  const advice = `put '${first.names[0]}' (${first.urls[0]}) into ${place} or a directory given by --data`;
  throw new MissingDataError(`${entry.name} cannot be fetched: ${[...failures].join('; ')}; ${advice}`);
}

// --- internal ---

function sources(entry: CatalogueEntry, mirrors?: readonly string[]): { file: CatalogueFile; url: string }[] {
  const urls = (file: CatalogueFile): readonly string[] =>
    mirrors?.map((mirror) => `${mirror.replace(/\/$/, '')}/${encodeURIComponent(file.names[0])}`) ??
    file.urls;
  return entry.files.flatMap((file) => urls(file).map((url) => ({ file, url })));
}
