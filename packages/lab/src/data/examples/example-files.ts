/** The embedded examples: tables that are there on a machine without a network, for trying, documentation and tests. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from 'lethe';
import { corpusDirectory } from '../corpus.ts';

/** An embedded table. */
export interface Example {
  /** with a task in front what `lethe train` takes */
  name: string;
  /** what it is for */
  holds: 'labels' | 'series';
  title: string;
  file: string;
  /** steps to forecast, where it is a forecasting set */
  horizon?: number;
}

export const examples: readonly Example[] = [
  {
    name: 'reviews',
    holds: 'labels',
    title: '1,500 short opinions, made by a generator',
    file: 'reviews.csv',
  },
  {
    name: 'sales',
    holds: 'series',
    title: 'daily sales of eight stalls, made by a generator',
    file: 'sales.csv',
    horizon: 28,
  },
  {
    name: 'sunspots',
    holds: 'series',
    title: 'yearly sunspot numbers, 1749 to 1983',
    file: 'sunspots.csv',
    horizon: 11,
  },
];

/**
 * The path of an embedded table; undefined for a name that is none.
 * @throws DataError where the package lacks its file
 */
export function exampleFile(holds: Example['holds'], name: string): string | undefined {
  const example = examples.find((one) => one.holds === holds && one.name === name);
  if (!example) return undefined;
  const file = join(corpusDirectory(), example.file);
  if (!existsSync(file))
    throw new DataError(`${name}: expected its table at ${file}, found none; install the package again`);
  return file;
}
