/** The known texts and where each of them is, without reading them. */
import path from 'node:path';
import { cacheDirectory, type FindOptions } from '../../../data/directories.ts';
import type { Level } from '../../../data/words/types.ts';
import { textCatalogue } from './catalogue.ts';
import { findText } from './published.ts';

/** One known text. */
export interface ListedTextSet {
  name: string;
  title: string;
  level: Level;
  /** `found` on this machine, `fetchable` from a public mirror, or `missing`: to be put in place by hand */
  status: 'found' | 'fetchable' | 'missing';
  /** the folder it was found in, the address fetched first, or the folder to put it in */
  where: string;
  /** of the three plain files */
  bytes: number;
  licence: string;
}

/**
 * All texts that have a name.
 * @throws ConfigError when `dataDir` is given and is not a directory
 */
export function listTextSets(options: FindOptions = {}): ListedTextSet[] {
  return textCatalogue.map((entry): ListedTextSet => {
    const { name, title, level, licence, files } = entry;
    const bytes = files.train.bytes + files.valid.bytes + files.test.bytes;
    const listed = { name, title, level, bytes, licence };
    const found = findText(entry, options);
    if (found) return { ...listed, status: 'found', where: path.dirname(found.train) };
    const { url } = files.train;
    if (url) return { ...listed, status: 'fetchable', where: url };
    return { ...listed, status: 'missing', where: path.join(cacheDirectory(options.env), entry.folder) };
  });
}
