/**
 * Where data sets are looked for, in this order: the directory given (`--data`), `$LETHE_DATA`, `./data`, the user's cache
 * directory.
 */
import { existsSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { printable } from 'lethe/internal';

/** Where to look; everything has its usual value. */
export interface FindOptions {
  /** looked in first */
  dataDir?: string;
  /** default: the process's */
  env?: Record<string, string | undefined>;
  /** default: the process's working directory */
  cwd?: string;
}

/** The user's directory for what can be fetched again: `lethe` in the system's place for caches. */
export function cacheDirectory(env: Record<string, string | undefined> = process.env): string {
  const home = env.HOME || os.homedir();
  if (process.platform === 'win32') {
    return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'lethe', 'cache');
  }
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'lethe');
  return path.join(env.XDG_CACHE_HOME || path.join(home, '.cache'), 'lethe');
}

/** Whether there is a directory at this path. */
export function isDirectory(directory: string): boolean {
  return existsSync(directory) && statSync(directory).isDirectory();
}

/**
 * The directories that data sets are looked for in, in order. Throws ConfigError when one that somebody named, by `dataDir`
 * or `$LETHE_DATA`, is no directory.
 */
export function dataDirectories({ dataDir, env = process.env, cwd = process.cwd() }: FindOptions): string[] {
  const named = { '--data': dataDir, LETHE_DATA: env.LETHE_DATA || undefined };
  for (const [by, directory] of Object.entries(named)) {
    if (directory === undefined || (directory !== '' && isDirectory(path.resolve(cwd, directory)))) continue;
    throw new ConfigError(
      `expected a directory of data sets, found none at '${printable(directory)}'; check ${by}`,
    );
  }
  const roots = [...Object.values(named), 'data', cacheDirectory(env)];
  const absolute = roots.filter((root) => root !== undefined).map((root) => path.resolve(cwd, root));
  return [...new Set(absolute)];
}
