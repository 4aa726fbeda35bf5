/**
 * A search: a file of YAML with `title`, `base` (what `lethe train` takes), `set` (fixed settings) and `space`.
 * Texts in `set`, and texts among choices, may refer to parameters: `fast:input={input},recurrent={recurrent}`.
 */
import path from 'node:path';
import { ConfigError } from 'lethe';
import { shownValue } from 'lethe/internal';
import { z } from 'zod';
import { didYouMean } from '../../common/nearest.ts';
import { issueSentence } from '../../common/schema-errors.ts';
import { type Config, publishedSchema } from '../../runs/config.ts';
import { checkSpace, extremes, type Parameters, type Space, type Value } from '../../studies/space.ts';
import { topLevelKeys } from '../../tasks/config.ts';
import { readMapping, searchFile, withOtherData } from '../../training/recipes.ts';
import { readSetting, resolveConfig, splitSetting } from '../../training/resolve.ts';

/** A search, checked: every value of its space makes a configuration. */
export interface Search {
  base: string;
  /** by path; texts may hold `{parameter}` */
  set: Record<string, unknown>;
  space: Space;
  /** its title, and the figure that it aims at, for reports */
  recipe: NonNullable<Config['recipe']>;
}

/**
 * Reads a search by name (`bayer2013/search`) or path, with the texts of `--set` on top: one for a parameter of the space
 * fixes that parameter. Throws ConfigError for anything unknown, impossible or unused.
 */
export function readSearch(target: string, set: readonly string[] = []): Search {
  const file = searchFile(target);
  const tree = readMapping(file, 'title, base, set, space', (key) => Object.hasOwn(schema.shape, key));
  const result = schema.safeParse(tree, { reportInput: true });
  if (!result.success) {
    // A key that is missing may be there under a mistyped name.
    const { issues } = result.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    throw new ConfigError(`${file}: ${issueSentence(schema, issue, tree)}`);
  }
  const { title, base, published } = result.data;
  const name = path.basename(file).replace(/\.ya?ml$/, '');
  const search: Search = {
    base,
    set: { ...result.data.set },
    space: checkSpace(result.data.space, file),
    recipe: { name, title, published },
  };
  for (const [key, value] of set.map(splitSetting)) override(search, key, value);
  checkNames(search, file);
  checkValues(search, file);
  return search;
}

/** The configuration of a trial. Throws ConfigError when there is none with such values. */
export function configOf(search: Search, parameters: Parameters): Config {
  const values = filled(parameters);
  const isKey = ([name]: readonly [string, unknown]): boolean => !isName(name);
  const pairs = [
    ...Object.entries(search.set).map(([key, value]) => [key, fill(value, values)] as const),
    ...Object.entries(values).filter(isKey),
  ];
  const isText = ([, value]: readonly [string, unknown]): boolean => typeof value === 'string';
  const config = resolveConfig(search.base, {
    settings: Object.fromEntries(pairs.filter((pair) => !isText(pair))),
    // Texts may have been put together from parameters: they are read as those of --set.
    set: pairs.filter(isText).map(([key, text]) => `${key}=${text}`),
  });
  // Threads are the machine's share, no part of an experiment.
  return { ...config, threads: null, recipe: search.recipe };
}

/** The parameters with the texts among them completed, as the configuration and reports have them. */
export function filled(parameters: Parameters): Parameters {
  const values: Parameters = {};
  for (const [name, value] of Object.entries(parameters)) values[name] = fill(value, values) as Value;
  return values;
}

/** The configuration with the first value of every parameter: what all trials have in common, and an example of the rest. */
export function exampleConfig(search: Search): Config {
  return configOf(search, firstValues(search.space));
}

// --- internal ---

const schema = z.strictObject({
  title: z.string().min(1),
  base: z.string().min(1),
  published: publishedSchema.default(null),
  set: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  space: z.record(z.string(), z.unknown()),
});

/** Whether this is a name for texts and no key of the configuration. */
const isName = (key: string): boolean => !key.includes('.') && !topLevelKeys.has(key);

const reference = /\{([^{}]*)\}/g;

/** Every `{parameter}` in a text by its value. */
function fill(value: unknown, values: Parameters): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(reference, (text, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : text,
  );
}

function override(search: Search, key: string, value: string): void {
  if (Object.hasOwn(search.space, key)) {
    search.space[key] = { choice: [fixedValue(key, value)] };
    return;
  }
  const own = key === 'dataset' ? (search.set.dataset ?? resolveConfig(search.base).dataset) : value;
  if (value !== own) search.recipe = withOtherData(search.recipe, value);
  search.set[key] = value;
}

/** A parameter that is fixed: of a key what the key holds; a piece of texts is a number or the text itself. */
function fixedValue(key: string, text: string): Value {
  const value = isName(key) ? (isNumber(text) ? Number(text) : text) : readSetting(key, text);
  if (typeof value === 'object' && value !== null) {
    throw new ConfigError(`--set ${key} expects one value, found ${shownValue(value)}`);
  }
  return value as Value;
}

const isNumber = (text: string): boolean => /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text);

/** Texts refer to parameters that exist, choices to earlier ones; names that no text refers to do nothing. */
function checkNames(search: Search, file: string): void {
  const names = Object.keys(search.space);
  const twice = names.find((name) => Object.hasOwn(search.set, name));
  if (twice !== undefined) {
    throw new ConfigError(`${file}: ${twice} stands in set and in space; leave out one of the two`);
  }
  const used = new Set<string>();
  const check = (text: unknown, known: readonly string[], where: string): void => {
    for (const [, name] of typeof text === 'string' ? text.matchAll(reference) : []) {
      used.add(name);
      if (known.includes(name)) continue;
      const guess = didYouMean(name, known) || `; known there: ${known.join(', ') || 'none'}`;
      throw new ConfigError(`${file}: ${where} refers to {${name}}, which is no parameter${guess}`);
    }
  };
  for (const [key, text] of Object.entries(search.set)) check(text, names, `set.${key}`);
  for (const [i, [name, distribution]] of Object.entries(search.space).entries()) {
    if (!('choice' in distribution)) continue;
    for (const text of distribution.choice) check(text, names.slice(0, i), `space.${name}`);
  }
  const idle = names.find((name) => isName(name) && !used.has(name));
  if (idle === undefined) return;
  const guess = didYouMean(idle, [...topLevelKeys, ...used]);
  throw new ConfigError(
    `${file}: space.${idle} is no key of the configuration and no text refers to it${guess || `; write {${idle}} in a text, or name a key such as optimizer.stepRate`}`,
  );
}

/** Every value that can be drawn stands once in a configuration, beside the first values of the others. */
function checkValues(search: Search, file: string): void {
  const first = firstValues(search.space);
  for (const [name, distribution] of Object.entries(search.space)) {
    for (const value of extremes(distribution)) {
      try {
        configOf(search, { ...first, [name]: value });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw new ConfigError(`${file}: with ${name} = ${value}: ${error.message}`, { cause: error });
      }
    }
  }
}

function firstValues(space: Space): Parameters {
  return Object.fromEntries(Object.entries(space).map(([name, values]) => [name, extremes(values)[0]]));
}
