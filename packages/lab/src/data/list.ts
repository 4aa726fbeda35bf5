/** Every data set that has a name, whatever its task, and where it is. */

import type { FindOptions } from './music/find.ts';
import { listDataSets } from './music/list.ts';
import { listTextSets } from './text/list.ts';

/** One data set, in the words of `lethe data list`. */
export interface ListedData {
  /** `music` or `text`: with the name what `lethe train` takes, e.g. `text/ptb` */
  task: string;
  name: string;
  title: string;
  /** `found` on this machine, `embedded` in this package, `fetchable` from a public mirror, or `missing` */
  status: 'found' | 'embedded' | 'fetchable' | 'missing';
  where: string;
  /** of the files, or null */
  bytes: number | null;
  licence: string;
}

/**
 * All of them, without reading any.
 * @throws ConfigError when a directory that somebody named is not there
 */
export function listData(options: FindOptions = {}): ListedData[] {
  return [
    ...listDataSets(options).map((one) => ({ task: 'music', ...one })),
    ...listTextSets(options).map((one) => ({ task: 'text', ...one })),
  ];
}
