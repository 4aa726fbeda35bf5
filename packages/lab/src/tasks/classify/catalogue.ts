/** Labelled data that have a name, and where each of them is. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataDirectories, type FindOptions } from '../../data/directories.ts';
import { exampleFile, examples } from '../../data/examples/example-files.ts';
import { MissingDataError } from '../../data/missing.ts';
import { unknownDataSet } from '../../data/unknown.ts';
import type { ListedData } from '../kind.ts';

/** A published set: a folder of that name in a data directory. */
interface Published {
  name: string;
  title: string;
  licence: string;
  from: string;
}

const published: readonly Published[] = [
  {
    name: 'rt-polarity',
    title: '10,662 sentences of film reviews, two classes (Pang and Lee 2005)',
    licence: 'for research',
    from: 'https://www.cs.cornell.edu/people/pabo/movie-review-data/rt-polaritydata.tar.gz',
  },
  {
    name: 'scale-data',
    title: '5,006 film reviews of four authors with ratings from 0 to 1 (Pang and Lee 2005)',
    licence: 'for research',
    from: 'https://www.cs.cornell.edu/people/pabo/movie-review-data/scale_data.tar.gz',
  },
];

const embedded = examples.filter(({ holds }) => holds === 'labels');

export const labelledNames: readonly string[] = [...embedded, ...published].map(({ name }) => name);

/** Where data are: a path of the user's own before a name. Throws MissingDataError, ConfigError for a name that is none. */
export function labelledFile(dataset: string, places: FindOptions = {}): { file: string; source: string } {
  if (existsSync(path.resolve(places.cwd ?? '.', dataset))) {
    return { file: path.resolve(places.cwd ?? '.', dataset), source: dataset };
  }
  const example = exampleFile('labels', dataset);
  if (example !== undefined) return { file: example, source: 'embedded in this package' };
  const entry = published.find(({ name }) => name === dataset);
  if (!entry) throw unknownDataSet(dataset, labelledNames, ', or the path of a table or folder');
  const folder = folderOf(entry, places);
  if (folder !== undefined) return { file: folder, source: folder };
  throw new MissingDataError(missing(entry, places));
}

/** Why a published set cannot be had. */
export function missingLabelled(name: string, places: FindOptions = {}): MissingDataError {
  return new MissingDataError(missing(published.find((one) => one.name === name)!, places));
}

/** All of them, without reading any. */
export function listLabelled(places: FindOptions = {}): ListedData[] {
  return [
    ...embedded.map(({ name, title }): ListedData => {
      const where = exampleFile('labels', name)!;
      return { name, title, status: 'embedded', where, bytes: null, licence: 'as this package' };
    }),
    ...published.map((entry): ListedData => {
      const { name, title, licence, from } = entry;
      const found = folderOf(entry, places);
      const status = found === undefined ? 'missing' : 'found';
      return { name, title, status, where: found ?? from, bytes: null, licence };
    }),
  ];
}

// --- internal ---

const folderOf = ({ name }: Published, places: FindOptions): string | undefined =>
  dataDirectories(places)
    .map((root) => path.join(root, name))
    .find((folder) => existsSync(folder));

const missing = ({ name, from }: Published, places: FindOptions): string =>
  `${name} not found: looked for a folder '${name}' in ${dataDirectories(places).join(', ')}; unpack ${from} there`;
