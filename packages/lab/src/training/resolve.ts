/**
 * Puts a configuration together: the defaults of the task, a recipe on top, single settings last. The
 * result is complete; nothing is looked up later.
 */
import { ConfigError, parseDropout } from 'lethe';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Config, checkConfig, configSchema } from './config.ts';
import { keysAt, schemaAt, unknownKey } from './config-errors.ts';
import { musicDefaults, optimizerDefaults, scheduleDefaults, textDefaults } from './defaults.ts';
import { readRecipe } from './recipes.ts';

/** What is laid over a recipe or over the defaults. */
export interface Settings {
  /** values by path, e.g. `{ 'model.hidden': 200 }`; undefined leaves the value as it is */
  settings?: Record<string, unknown>;
  /** the texts of `--set a.b=c`, applied last */
  set?: readonly string[];
  /** takes the recipe's `paperQuirks` in: what the code behind the published figure does differently */
  paperQuirks?: boolean;
}

/**
 * The configuration for a recipe (its name, e.g. `jsb-fast`, or the path of a YAML file) or for
 * `TASK/DATASET` (e.g. `music/nottingham`, `music/DIRECTORY`, `text/ptb`, `text/FILE`), with settings on top.
 * Throws ConfigError for anything unknown or out of range.
 */
export function resolveConfig(
  target: string,
  { settings = {}, set = [], paperQuirks = false }: Settings = {},
): Config {
  const named = /^(music|text)\/(.+)$/s.exec(target);
  const pairs = [
    ...Object.entries(settings).filter(([, value]) => value !== undefined),
    ...set.map(splitSetting),
  ];
  if (named && paperQuirks) {
    throw new ConfigError(`--paper-quirks expects a recipe, found ${target}`);
  }
  const { recipe, quirks } = named
    ? { recipe: { task: named[1], dataset: named[2] } as Tree, quirks: {} }
    : readRecipe(target, { quirks: paperQuirks });
  let tree: Tree = merge(merge(defaultsFor(recipe, pairs), recipe), quirks);
  // The names of variants decide which other keys exist, so they come first.
  const isName = ([path]: readonly [string, unknown]): boolean =>
    /^(optimizer\.name|schedule\.kind)$/.test(path);
  pairs.sort((a, b) => Number(isName(b)) - Number(isName(a)));
  for (const [path, value] of pairs) tree = applySetting(tree, path, value);
  const config = checkConfig(tree, named ? 'configuration' : target);
  parseDropout(config.model.dropout);
  return config;
}

/** `tree` with the value at one dotted path replaced. Throws ConfigError for a path that does not exist. */
export function applySetting(tree: Tree, path: string, value: unknown): Tree {
  const keys = path.split('.');
  for (let depth = 1; depth <= keys.length; depth++) {
    const known = keysAt(configSchema, keys.slice(0, depth - 1), tree);
    if (!known.includes(keys[depth - 1])) throw new ConfigError(unknownKey(keys.slice(0, depth), known));
  }
  if (typeof value === 'string' && !(schemaAt(configSchema, keys, tree) instanceof z.ZodString)) {
    value = parse(value);
  }
  return merge(tree, keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree);
}

/** The path and the value in the text of one `--set`. Throws ConfigError when there is no `=` in it. */
export function splitSetting(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new ConfigError(`--set expects KEY=VALUE such as optimizer.stepRate=.001, found '${text}'`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

// --- internal ---

type Tree = { [key: string]: unknown };

/** What a recipe and single settings are laid over: some defaults go by the cell or the level. */
function defaultsFor(recipe: Tree, pairs: readonly (readonly [string, unknown])[]): Tree {
  const last = (path: string): unknown =>
    [at(recipe, path), ...pairs.map(([other, value]) => other === path && value)].findLast(Boolean);
  if (recipe.task === 'text') {
    const isChar = /-char$/.test(String(recipe.dataset));
    return textDefaults(last('text.level') ?? (isChar ? 'char' : 'word'));
  }
  return musicDefaults(last('model.cell'));
}

const at = (tree: Tree, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Tree | undefined)?.[key], tree);

/** `over` on top of `base`, object by object. A new optimizer starts from its own defaults. */
function merge(base: Tree, over: Tree): Tree {
  const out: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = out[key];
    if (key === 'optimizer' && isTree(value) && isTree(below)) {
      const name = String(value.name ?? below.name);
      const start = name === below.name ? below : (optimizerDefaults as Tree)[name];
      out[key] = { ...(isTree(start) ? start : {}), ...value };
    } else if (key === 'schedule' && isTree(value) && isTree(below)) {
      const kind = String(value.kind ?? below.kind);
      const start = kind === below.kind ? below : (scheduleDefaults as Tree)[kind];
      out[key] = { ...(isTree(start) ? start : {}), ...value };
    } else if (key === 'dropout' && isTree(value)) {
      out[key] = dropoutWords(value);
    } else {
      out[key] = isTree(value) && isTree(below) ? merge(below, value) : value;
    }
  }
  return out;
}

/** `{ method: 'fast', input: 0.1 }` in the words of the command line: `fast:input=0.1`. */
function dropoutWords({ method, ...options }: Tree): string {
  if (typeof method !== 'string') {
    throw new ConfigError("model.dropout expects words such as 'fast:input=.1' or an object with a method");
  }
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return words.length > 0 ? `${method}:${words.join(',')}` : method;
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
