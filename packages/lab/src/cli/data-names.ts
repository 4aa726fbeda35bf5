/** The names that `lethe data` takes: of both tasks, with or without `music/` or `text/` in front, and paths. */
import fs from 'node:fs';
import { ConfigError } from 'lethe';
import type { TextEntry } from '../data/text/catalogue.ts';
import { UsageError } from './usage.ts';

/** Data as its task knows it. */
export interface NamedData {
  task: 'music' | 'text';
  name: string;
}

/**
 * What a name stands for; one without a prefix is first looked up, then taken for a path.
 * @param ofText options of texts; one that is given makes a path a text
 * @throws ConfigError with the nearest name of all when it stands for nothing, UsageError for such an option of music
 */
export async function dataNamed(
  given: string,
  ofText: { [option in 'level' | 'tokenizer' | 'encoding']?: string } = {},
): Promise<NamedData> {
  const { musicNames } = await import('../data/music/names.ts');
  const { textNames } = await import('../data/text/catalogue.ts');
  const { prefix, name } = split(given);
  const [option] = Object.entries(ofText).find(([, value]) => value !== undefined) ?? [];
  const task = prefix ?? (await taskOf(name, musicNames, textNames, option !== undefined));
  const names = task === 'music' ? musicNames : textNames;
  if (!task || !(names.includes(name) || fs.existsSync(name))) {
    throw await unknown(given, musicNames, textNames, ', a folder or file of music, or the path of a text');
  }
  if (option && task === 'music') throw new UsageError(`--${option} is for texts, found the music ${name}`);
  return { task, name };
}

/** A data set that can be fetched. */
export type Fetchable = { task: 'music'; name: string } | { task: 'text'; entry: TextEntry };

/** Throws ConfigError with the nearest of all fetchable names for a name that is none of them. */
export async function fetchable(given: string): Promise<Fetchable> {
  const { musicNames, embeddedName } = await import('../data/music/names.ts');
  const { textCatalogue, textNames } = await import('../data/text/catalogue.ts');
  const { prefix, name } = split(given);
  const entry = textCatalogue.find((text) => text.name === name);
  if (entry && prefix !== 'music') return { task: 'text', entry };
  if (musicNames.includes(name) && prefix !== 'text') return { task: 'music', name };
  const published = musicNames.filter((music) => music !== embeddedName);
  throw await unknown(given, published, textNames);
}

// --- internal ---

function split(given: string): { prefix?: 'music' | 'text'; name: string } {
  const found = /^(music|text)\/(.+)$/s.exec(given);
  return found ? { prefix: found[1] as 'music' | 'text', name: found[2] } : { name: given };
}

/** The task of a name without a prefix, undefined where it stands for nothing. */
async function taskOf(
  name: string,
  music: readonly string[],
  text: readonly string[],
  isText = false,
): Promise<'music' | 'text' | undefined> {
  if (music.includes(name)) return 'music';
  if (text.includes(name)) return 'text';
  const stat = fs.statSync(name, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const { formatOf } = await import('../data/music/piece-formats.ts');
  const isMusicFile = (file: string): boolean => formatOf(file) !== undefined;
  if (isText) return 'text';
  return (stat.isDirectory() ? holdsTexts(name, isMusicFile) : !isMusicFile(name)) ? 'text' : 'music';
}

/** Whether a folder has texts and no file of music. */
function holdsTexts(folder: string, isMusicFile: (name: string) => boolean): boolean {
  const names = fs.readdirSync(folder, { recursive: true }) as string[];
  return names.some((name) => /\.(txt|md|tokens)(\.gz)?$/i.test(name)) && !names.some(isMusicFile);
}

/** The error for a name that stands for nothing; the names are written as it is, with a prefix or without. */
async function unknown(
  given: string,
  music: readonly string[],
  text: readonly string[],
  otherwise?: string,
): Promise<ConfigError> {
  const { unknownDataSet } = await import('../data/music/names.ts');
  const { prefix, name } = split(given);
  if (prefix === undefined) return unknownDataSet(given, [...music, ...text], otherwise);
  const names = [...music.map((one) => `music/${one}`), ...text.map((one) => `text/${one}`)];
  const other = names.find((one) => split(one).name === name);
  if (other) return new ConfigError(`unknown data set '${given}'; did you mean '${other}'?`);
  return unknownDataSet(given, names, otherwise);
}
