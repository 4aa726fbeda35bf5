/** The known data sets and where each of them is, without reading them. */

import { corpusDirectory } from '../../../data/corpus.ts';
import type { FindOptions } from '../../../data/directories.ts';
import { catalogue } from './catalogue.ts';
import { findMusic } from './find.ts';
import { embeddedName } from './names.ts';

/** One known data set. */
export interface ListedDataSet {
  name: string;
  title: string;
  /** `found` on this machine, `embedded` in this package, or `fetchable` from public mirrors */
  status: 'found' | 'embedded' | 'fetchable';
  /** the file, the folder, or the address fetched first */
  where: string;
  /** of the download, or null */
  bytes: number | null;
  licence: string;
}

/** All data sets that have a name. */
export function listDataSets(options: FindOptions = {}): ListedDataSet[] {
  const published = catalogue.map((entry): ListedDataSet => {
    const { name, title, licence } = entry;
    const { found } = findMusic(entry, options);
    const [first] = entry.files;
    const status = found ? 'found' : 'fetchable';
    return { name, title, status, where: found?.path ?? first.urls[0], bytes: first.bytes, licence };
  });
  return [
    ...published,
    {
      name: embeddedName,
      title: 'traditional tunes with chords, written out for this package',
      status: 'embedded',
      where: corpusDirectory(),
      bytes: null,
      licence: 'tunes in the public domain',
    },
  ];
}
