/** For tests: small parallel texts that look like two languages. */
import path from 'node:path';
import { dataDefaults, type TranslateDataConfig } from './settings.ts';

const subjects = [
  ['a man', 'ein mann'],
  ['the woman', 'die frau'],
  ['two dogs', 'zwei hunde'],
  ['a child', 'ein kind'],
  ['the girl', 'das mädchen'],
];
const verbs = [
  ['runs', 'rennt'],
  ['sleeps', 'schläft'],
  ['is reading', 'liest'],
  ['jumps', 'springt'],
];
const places = [
  ['on the street', 'auf der straße'],
  ['in the garden', 'im garten'],
  ['at the beach', 'am strand'],
  ['with a ball', 'mit einem ball'],
  ['under a tree', 'unter einem baum'],
];

/** Up to a hundred pairs of tokenised sentences, English and German, each once. */
export const pairs: readonly (readonly [string, string])[] = subjects.flatMap(([s, t]) =>
  verbs.flatMap(([v, w]) => places.map(([p, q]) => [`${s} ${v} ${p} .`, `${t} ${w} ${q} .`] as const)),
);

/** One side of some of them as a file. */
export const side = (which: 0 | 1, from = 0, to = pairs.length): string =>
  `${pairs
    .slice(from, to)
    .map((pair) => pair[which])
    .join('\n')}\n`;

/** A configuration of such data. */
export function settings(
  dataset: string,
  over: { [S in keyof typeof dataDefaults]?: Partial<(typeof dataDefaults)[S]> } = {},
): TranslateDataConfig {
  return {
    dataset,
    pairs: { ...dataDefaults.pairs, ...over.pairs },
    table: { ...dataDefaults.table, ...over.table },
    splits: { ...dataDefaults.splits, ...over.splits },
    tokens: { ...dataDefaults.tokens, merges: 100, ...over.tokens },
  };
}

/** Puts `train.en` and `train.de` into a folder, and what else is given. */
export function putFolder(
  put: (name: string, content: string | Uint8Array) => string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  name = 'en-de',
): string {
  const all = { 'train.en': side(0), 'train.de': side(1), ...files };
  for (const [file, content] of Object.entries(all)) put(path.join(name, file), content);
  return name;
}
