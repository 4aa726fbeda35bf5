/**
 * What the names of files and folders say about splits.
 *
 * A name is a split's when it is the word itself, numbered or not (`train`, `Test`, `train-00000-of-00003`), when a part
 * between dots at either end of a file's name is (`ptb.train.txt`, `wiki.test.tokens`), or when the same name stands
 * beside it with another split's word in the same place (`jsb_train`, `jsb_test`). A split's word somewhere in a name
 * without such a sibling is a word like any other: `the-great-train-robbery.txt`.
 */

/** The splits in their usual order. */
export const splitNames = ['train', 'valid', 'test'] as const;

export type SplitName = (typeof splitNames)[number];

/** Files by split, as their names have it. */
export interface SplitsByName {
  /** undefined where names make no splits; empty is a split that none names. In the order of the paths. */
  splits?: Record<SplitName, string[]>;
  /** files that are in no split although others are, with the reason */
  leftOut: { path: string; why: string }[];
  /** what was left out, assumed, or not taken for a split's name: clauses of bounded length, for a log */
  notes: string[];
}

/** The split that a whole word names, in any case: `train`, `training`, `valid`, `val`, `dev`, `test` and the like. */
export function splitNamed(word: string): SplitName | undefined {
  const lower = word.toLowerCase();
  return splitNames.find((split) => words[split].includes(lower));
}

/**
 * The splits of files by the folders that they are in, or else by their own names. Folders that hold all files alike
 * say nothing. Names make splits where a folder is held out (validation or test), or where train and another split
 * are named. Files named after no split are then left out where train is named, and are for training where it is not,
 * so that nothing that somebody held out is trained on.
 * @param paths relative, with forward slashes
 */
export function splitsByName(paths: readonly string[]): SplitsByName {
  const parts = paths.map((path) => path.split('/'));
  const folders = namesOf(parts.flatMap(foldersOf), folderNames);
  const files = namesOf(paths, fileNames);
  const shared = sharedFolders(parts);
  const byFolder = parts.map((part) =>
    distinct(
      foldersOf(part)
        .slice(shared)
        .flatMap((folder) => folders.get(folder)!),
    ),
  );
  const named = paths.map((path, i) => (byFolder[i].length > 0 ? byFolder[i] : files.get(path)!));
  const all = new Set(named.flat());
  if (byFolder.flat().some((split) => split !== 'train') || (all.has('train') && all.size > 1)) {
    return assign(paths, named, all.has('train'));
  }
  const alone = paths.filter((_, i) => named[i].length > 0);
  const why = `named after ${[...all].join(' and ')} alone: taken like any other`;
  return { leftOut: [], notes: alone.length > 0 ? [`${counted(alone)} ${why}`] : [] };
}

// --- internal ---

const words: Record<SplitName, readonly string[]> = {
  train: ['train', 'training'],
  valid: ['valid', 'validation', 'val', 'dev', 'devel', 'development', 'eval', 'evaluation'],
  test: ['test', 'testing'],
};

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The folders on the way to a file, from outside. */
const foldersOf = (parts: readonly string[]): string[] =>
  parts.slice(0, -1).map((_, depth) => parts.slice(0, depth + 1).join('/'));

/** How many folders from outside are the same for all files. */
function sharedFolders(parts: readonly (readonly string[])[]): number {
  const [first = []] = parts;
  const differs = first.findIndex((folder, depth) =>
    parts.some((part) => depth >= part.length - 1 || part[depth] !== folder),
  );
  return Math.max(0, differs);
}

/** The splits that the last part of each path names: by itself, or as its siblings have it. */
function namesOf(paths: readonly string[], plain: (base: string) => SplitName[]): Map<string, SplitName[]> {
  const found = new Map<string, SplitName[]>();
  // Names that differ in the word of a split alone, by folder and the name with a hole in that place.
  const families = new Map<string, { path: string; split: SplitName }[]>();
  for (const path of new Set(paths)) {
    const at = path.lastIndexOf('/') + 1;
    const base = path.slice(at);
    found.set(path, plain(base));
    for (const { 0: word, index } of base.matchAll(/\p{L}+/gu)) {
      const split = splitNamed(word);
      if (!split) continue;
      const family = `${path.slice(0, at)}${base.slice(0, index)}\0${base.slice(index + word.length)}`;
      const members = families.get(family) ?? [];
      members.push({ path, split });
      families.set(family, members);
    }
  }
  for (const members of families.values()) {
    if (distinct(members.map(({ split }) => split)).length < 2) continue;
    for (const { path, split } of members) found.set(path, distinct([...found.get(path)!, split]));
  }
  return found;
}

function folderNames(base: string): SplitName[] {
  return [numbered(base)].filter((split) => split !== undefined);
}

function fileNames(base: string): SplitName[] {
  const parts = base.replace(/\.gz$/i, '').split('.');
  if (parts.length > 1 && splitNamed(parts[parts.length - 1]) === undefined) parts.pop();
  const whole = numbered(parts.join('.'));
  if (whole) return [whole];
  const ends = parts.length > 3 ? [] : [numbered(parts[0]), numbered(parts[parts.length - 1])];
  return distinct(ends.filter((split) => split !== undefined));
}

/** `train`, `train2`, `train-02`, `train (2)`, `train-00000-of-00003` */
function numbered(name: string): SplitName | undefined {
  const match = /^([a-z]+)(?:[\s._-]?\(?\d{1,9}\)?(?:[\s._-]?of[\s._-]?\d{1,9})?)?$/i.exec(name);
  return match ? splitNamed(match[1]) : undefined;
}

function assign(
  paths: readonly string[],
  named: readonly (readonly SplitName[])[],
  hasTrain: boolean,
): SplitsByName {
  const splits: Record<SplitName, string[]> = { train: [], valid: [], test: [] };
  const torn = paths.filter((_, i) => named[i].length > 1);
  const beside = paths.filter((_, i) => named[i].length === 0);
  paths.forEach((path, i) => {
    if (named[i].length === 1) splits[named[i][0]].push(path);
    else if (named[i].length === 0 && !hasTrain) splits.train.push(path);
  });
  const tornNote = 'named after two splits left out';
  const besideNote = hasTrain ? 'named after no split left out' : 'named after no split used for training';
  return {
    splits,
    leftOut: [
      ...torn.map((path) => ({ path, why: 'it is named after two splits' })),
      ...(hasTrain ? beside : []).map((path) => ({ path, why: 'it is named after no split' })),
    ],
    notes: [
      ...(torn.length > 0 ? [`${counted(torn)} ${tornNote}`] : []),
      ...(beside.length > 0 ? [`${counted(beside)} ${besideNote}`] : []),
    ],
  };
}

/** `3 files (a.txt, b.txt, c.txt)`, of more than three the first alone. */
function counted(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => (path.length > 60 ? `…${path.slice(-59)}` : path));
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return `${paths.length} file${paths.length > 1 ? 's' : ''} (${shown.join(', ')}${more})`;
}
