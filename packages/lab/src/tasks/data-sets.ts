/** Data sets of every task: all that have a name, and what a name or a path stands for. */
import fs from 'node:fs';
import { ConfigError } from 'lethe';
import type { FindOptions } from '../data/directories.ts';
import { unknownDataSet } from '../data/unknown.ts';
import type { ListedData, OptionValues, TaskKind } from './kind.ts';
import { givenOptions, refuseOthers, thingsOf } from './options.ts';
import { findKind, taskKinds } from './registry.ts';

/** Data as its task knows it. */
export interface NamedData {
  kind: TaskKind;
  name: string;
}

/**
 * All data sets that have a name, with the name of their task, without reading any.
 * @throws ConfigError when a directory that somebody named is not there
 */
export function listData(options: FindOptions = {}): (ListedData & { task: string })[] {
  return taskKinds.flatMap(({ name: task, data }) =>
    (data.published?.list(options) ?? []).map((one) => ({ task, ...one })),
  );
}

/** `NAME/REST` in its two parts, where there is a task of that name. */
export function splitTask(given: string): { kind?: TaskKind; name: string } {
  const [, task, rest] = /^([^/]+)\/(.+)$/s.exec(given) ?? [];
  const kind = findKind(task);
  return kind ? { kind, name: rest } : { name: given };
}

/**
 * What a name stands for; one without a task in front is first looked up, then taken for a path.
 * @param given options of `lethe data stats`: a path is first taken for data of a task that knows all of them
 */
export function dataNamed(words: string, given: OptionValues = {}): NamedData {
  const { kind: named, name } = splitTask(words);
  const kind = named ?? kindOfData(name, given);
  if (!kind || !(namesOf(kind).includes(name) || fs.existsSync(name))) {
    const paths = taskKinds.map(({ data }) => data.paths);
    const otherwise = [', ', paths.slice(0, -1).join(', '), ', or ', paths.at(-1)].join('');
    throw unknown(
      words,
      taskKinds.map((one) => [one, namesOf(one)]),
      otherwise,
    );
  }
  refuseOthers(
    kind,
    ({ data }) => data.statistics?.options,
    given,
    (option, able) => `${option} is for ${thingsOf(able)}, found the ${kind.name} ${name}`,
  );
  return { kind, name };
}

/** A data set that can be fetched. Throws ConfigError with the nearest of all such names for a name that is none of them. */
export function fetchable(words: string): NamedData {
  const { kind: named, name } = splitTask(words);
  const kind = (named ? [named] : taskKinds).find((one) => namesOf(one).includes(name));
  if (kind) return { kind, name };
  throw unknown(
    words,
    taskKinds.map((one) => [one, one.data.published?.fetchable ?? []]),
  );
}

// --- internal ---

const namesOf = ({ data }: TaskKind): readonly string[] => data.published?.names ?? [];

/** The task of a name without one in front, undefined where it stands for nothing. */
function kindOfData(name: string, given: OptionValues): TaskKind | undefined {
  const known = taskKinds.find((kind) => namesOf(kind).includes(name));
  if (known || !fs.existsSync(name)) return known;
  const claims = taskKinds.map((kind) => ({ kind, claim: kind.data.claim(name) }));
  const options = Object.keys(given).filter((option) => given[option] !== undefined);
  const able = claims.filter(({ kind }) => {
    const own = givenOptions(kind.data.statistics?.options, given);
    return options.length > 0 && options.every((option) => Object.hasOwn(own, option));
  });
  const best = (all: typeof claims) => all.toSorted((a, b) => b.claim - a.claim)[0];
  const chosen = able.length > 0 ? best(able) : best(claims);
  return chosen.kind;
}

/** The error for a name that stands for nothing; the names are written as it is, with a task in front or without. */
function unknown(
  given: string,
  known: readonly (readonly [TaskKind, readonly string[]])[],
  otherwise?: string,
): ConfigError {
  const { kind, name } = splitTask(given);
  const names = known.flatMap(([{ name: task }, all]) => all.map((one) => (kind ? `${task}/${one}` : one)));
  const other = kind && names.find((one) => splitTask(one).name === name);
  if (other) return new ConfigError(`unknown data set '${given}'; did you mean '${other}'?`);
  return unknownDataSet(given, names, otherwise);
}
