/** The files of a published text: found on this machine or fetched, and in either case the published ones. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { cacheDirectory, dataDirectories, type FindOptions } from '../../../data/directories.ts';
import { type DownloadProgress, download } from '../../../data/download.ts';
import { MissingDataError } from '../../../data/missing.ts';
import type { TextEntry, TextFile } from './catalogue.ts';

export interface PublishedOptions extends FindOptions {
  /** whether what is not on this machine may be downloaded; default true */
  fetch?: boolean;
  log?: (line: string) => void;
}

/** Paths of the three splits. */
export type SplitPaths = Record<'train' | 'valid' | 'test', string>;

/**
 * Where the files are, checked by their SHA-256. All three come from the first directory that has one of them.
 * @throws DataError when one is missing there or is not the published one, MissingDataError when none is to be had
 */
export async function publishedText(entry: TextEntry, options: PublishedOptions = {}): Promise<SplitPaths> {
  const { fetch = true, log } = options;
  const roots = dataDirectories(options);
  const found = findText(entry, options);
  if (found) {
    for (const [split, file] of Object.entries(entry.files))
      checkFile(found[split as keyof SplitPaths], file, entry);
    return found;
  }
  const looked = `looked for '${entry.files.train.name}' (or .gz) in ${roots.join(', ')}, and their folder ${entry.folder}`;
  const files = Object.values(entry.files);
  if (!files.every(({ url }) => url)) {
    throw new MissingDataError(
      `${entry.name} not found: ${looked}; no mirror is known, put ${files.map(({ name }) => name).join(', ')} there`,
    );
  }
  if (!fetch)
    throw new MissingDataError(`${entry.name} not found: ${looked}; put it there or allow fetching`);
  log?.(`${entry.name}: ${looked}`);
  return fetchText(entry, options);
}

/** The files of the first directory that holds the training split, unchecked; undefined when none does. */
export function findText(entry: TextEntry, options: FindOptions = {}): SplitPaths | undefined {
  for (const root of dataDirectories(options)) {
    for (const directory of [path.join(root, entry.folder), root]) {
      if (!existing(directory, entry.files.train.name)) continue;
      const paths = Object.entries(entry.files).map(([split, { name }]) => [
        split,
        existing(directory, name) ?? path.join(directory, name),
      ]);
      return Object.fromEntries(paths) as SplitPaths;
    }
  }
  return undefined;
}

/** How a text is fetched. */
export interface FetchTextOptions extends Pick<PublishedOptions, 'log' | 'env'> {
  /** the data directory to put it in; default: the user's cache */
  to?: string;
  /** of all files together */
  onProgress?: DownloadProgress;
  signal?: AbortSignal;
}

/**
 * Fetches the files.
 * @throws MissingDataError when an address does not have them, LetheError `E_IO` when they cannot be written
 */
export async function fetchText(
  entry: TextEntry,
  { log, env, to = cacheDirectory(env), onProgress, signal }: FetchTextOptions = {},
): Promise<SplitPaths> {
  const paths = {} as SplitPaths;
  const all = Object.values(entry.files).reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  // The training split comes last: it is what makes a directory count, and so an interrupted fetch begins anew.
  for (const split of ['test', 'valid', 'train'] as const) {
    const { name, url, bytes, sha256 } = entry.files[split];
    paths[split] = path.join(to, entry.folder, name);
    if (!url)
      throw new MissingDataError(
        `${entry.name} cannot be fetched: no mirror is known; put ${name} into ${path.join(to, entry.folder)}`,
      );
    log?.(`fetching ${url}`);
    try {
      const progress = (received: number): void => onProgress?.(before + received, all);
      await download(url, paths[split], { bytes, sha256, onProgress: progress, signal });
      before += bytes;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const advice = `put '${name}' (${url}) into ${path.join(to, entry.folder)} or a directory given by --data`;
      throw new MissingDataError(`${entry.name} cannot be fetched: ${error.message}; ${advice}`);
    }
  }
  return paths;
}

// --- internal ---

function existing(directory: string, name: string): string | undefined {
  return [name, `${name}.gz`].map((file) => path.join(directory, file)).find((file) => fs.existsSync(file));
}

function checkFile(file: string, { bytes, sha256 }: TextFile, { name }: TextEntry): void {
  let content: Uint8Array;
  try {
    const stored = fs.readFileSync(file);
    content = file.endsWith('.gz') ? gunzipSync(stored, { maxOutputLength: bytes }) : stored;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new DataError(
        `${file}: expected it (or .gz) beside the other files of ${name}, found none; put it there, or fetch all anew`,
      );
    }
    const reason = code === 'ERR_BUFFER_TOO_LARGE' ? `it holds more than ${bytes} bytes` : message;
    throw new DataError(`${file}: cannot be read: ${reason}`, { cause: error });
  }
  const found = createHash('sha256').update(content).digest('hex');
  if (found === sha256) return;
  throw new DataError(
    `${file}: not the published file of ${name}: expected sha256 ${sha256}, found ${found}; delete it and fetch it again`,
  );
}
