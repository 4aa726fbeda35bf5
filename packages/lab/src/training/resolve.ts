/**
 * Puts a configuration together: the defaults of the task, a recipe on top, single settings last. The
 * result is complete; nothing is looked up later.
 */
import { existsSync } from 'node:fs';
import { ConfigError } from 'lethe';
import { parseDropout, settledDropout } from 'lethe/dropout';
import { printable } from 'lethe/internal';
import { z } from 'zod';
import { keysAt, schemaAt, unknownKey } from '../common/schema-errors.ts';
import { isTree, type Tree } from '../common/tree.ts';
import { readYaml } from '../common/yaml.ts';
import { averageDefaults } from '../runs/averages.ts';
import { type Config, optimizerDefaults } from '../runs/config.ts';
import { scheduleDefaults } from '../runs/schedules.ts';
import { checkConfig, configSchema } from '../tasks/config.ts';
import { dataNamed, splitTask } from '../tasks/data-sets.ts';
import { lookupIn, type TaskKind } from '../tasks/kind.ts';
import { findKind, taskKinds } from '../tasks/registry.ts';
import { isRecipeName, readRecipe, withOtherData } from './recipes.ts';
import { variantOfWords } from './variant-words.ts';

/** What is laid over a recipe or over the defaults. */
export interface Settings {
  /** values by path, as they are, e.g. `{ 'model.hidden': 200 }`; undefined leaves the value as it is */
  settings?: Record<string, unknown>;
  /** the texts of `--set a.b=c`, which {@link readSetting} reads, applied last */
  set?: readonly string[];
  /** takes the recipe's `paperQuirks` in: what the code behind the published figure does differently */
  paperQuirks?: boolean;
}

/**
 * The configuration for a recipe (its name, e.g. `jsb-fast`, or the path of a YAML file) or for
 * `TASK/DATASET` (a name of `lethe data list`, or a path), with settings on top. All settings
 * are values before any of them is looked at, so that neither their order nor how they are written matters.
 * Throws ConfigError for anything unknown or out of range.
 */
export function resolveConfig(
  target: string,
  { settings = {}, set = [], paperQuirks = false }: Settings = {},
): Config {
  const { kind: named, name: dataset } = targetOf(target);
  if (named && paperQuirks) {
    throw new ConfigError(`--paper-quirks expects a recipe, found ${target}`);
  }
  const { recipe, quirks } = named
    ? { recipe: { task: named.name, dataset } as Tree, quirks: {} }
    : readRecipe(target, { quirks: paperQuirks });
  // In a file the word stands for nothing; a directory of that name is written ./none.
  if (recipe.initialWeights === 'none') recipe.initialWeights = null;
  const pairs: (readonly [string, unknown])[] = [
    ...Object.entries(settings).filter(([, value]) => value !== undefined),
    ...set.map(splitSetting).map(([path, text]) => [path, readSetting(path, text)] as const),
  ];
  const single = pairs.reduce<Tree>(
    (tree, [path, value]) => laidOver(tree, spelledOut(treeOf(path, value))),
    {},
  );
  const layers = [spelledOut(recipe), spelledOut(quirks), single];
  const tree = layers.reduce<Tree>(merge, defaultsFor(layers.reduce<Tree>(laidOver, {})));
  for (const [path] of pairs) checkKey(path, tree);
  const config = checkConfig(tree, named ? 'configuration' : target);
  checkDropout(config.model.dropout);
  const dropout = settledDropout(config.model.dropout);
  const isElsewhere = recipe.dataset !== undefined && config.dataset !== recipe.dataset;
  const heading = config.recipe && isElsewhere ? withOtherData(config.recipe, config.dataset) : config.recipe;
  return { ...config, recipe: heading, model: { ...config.model, dropout } } as Config;
}

/**
 * What a target of `train` stands for: a recipe by its name (one of the whole name goes before a data set, files of one's own go before
 * both), the data of a task, or a path that a task takes for its own; without a kind it is the name or file of a recipe.
 */
export function targetOf(target: string): { kind?: TaskKind; name: string } {
  const split = splitTask(target);
  if (split.kind) return isRecipeName(target) && !existsSync(split.name) ? { name: target } : split;
  const isData = !isRecipeName(target) && !/\.(ya?ml|json)$/i.test(target) && existsSync(target);
  return isData ? dataNamed(target) : { name: target };
}

/** The task of a target, where it can be told. */
export function kindOfTarget(target: string): TaskKind | undefined {
  return targetOf(target).kind ?? findKind(readRecipe(target).recipe.task ?? taskKinds[0].name);
}

/**
 * The value in the text of one `--set`. For a key that holds a path or a name the text is the value, whatever stands in it;
 * `none` is none where there may be none. Every other text is YAML. Throws ConfigError for what is none.
 */
export function readSetting(path: string, text: string): unknown {
  const schema = textSchema(path);
  if (!schema) return readYaml(text, `--set ${printable(path, 80)}`);
  // The words of a method begin with a letter; what else may stand there is a text in quotes or an object.
  if (path === 'model.dropout' && !/^\s*\p{L}/u.test(text) && text.trim() !== '') {
    return readYaml(text, `--set ${path}`);
  }
  return schema instanceof z.ZodNullable && /^(none|null)$/.test(text) ? null : text;
}

/** The path and the text in one `--set`. Throws ConfigError when there is no `=` in it. */
export function splitSetting(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new ConfigError(
      `--set expects KEY=VALUE such as optimizer.stepRate=.001, found '${printable(text, 100)}'`,
    );
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

// --- internal ---

/** Throws ConfigError that names the key for words that make no method. */
function checkDropout(words: string): void {
  try {
    parseDropout(words);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`model.dropout: ${error.message}`, { cause: error });
  }
}

/** Throws ConfigError for a path that does not exist in the variants that `tree` names. */
function checkKey(path: string, tree: Tree): void {
  const keys = path.split('.');
  for (let depth = 1; depth <= keys.length; depth++) {
    const known = keysAt(configSchema, keys.slice(0, depth - 1), tree);
    if (!known.includes(keys[depth - 1])) throw new ConfigError(unknownKey(keys.slice(0, depth), known));
  }
}

/** The schema of a key that holds a text in some variant, undefined for any other key. */
function textSchema(path: string): z.ZodType | undefined {
  for (const { config } of taskKinds) {
    const schema = schemaAt(config.schema, path.split('.'), {}, { nullable: true });
    const inner = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
    if (inner instanceof z.ZodString) return schema;
  }
  return undefined;
}

/** Defaults go by the task, and there by whatever is laid over them. Of a task that there is not, the check tells. */
function defaultsFor(over: Tree): Tree {
  const kind = findKind(over.task ?? taskKinds[0].name) ?? taskKinds[0];
  return kind.config.defaults(lookupIn(over));
}

/** A tree with one value, at a dotted path. */
export const treeOf = (path: string, value: unknown): Tree =>
  path.split('.').reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value) as Tree;

/** `over` on top of `base`, object by object; a method is one value, in words or as an object. */
function laidOver(base: Tree, over: Tree): Tree {
  const out = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = out.get(key);
    out.set(key, key !== 'dropout' && isTree(value) && isTree(below) ? laidOver(below, value) : value);
  }
  return Object.fromEntries(out);
}

/** Schedules and averages that are given in words as trees. */
function spelledOut(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      const isWords = typeof value === 'string' && (key === 'schedule' || key === 'average');
      return [key, isWords ? variantOfWords(value, key) : value];
    }),
  );
}

/** What a newly named variant starts from, by the key that holds it, and the key that names it. */
const variants: Readonly<Record<string, { name: string; defaults: Tree }>> = {
  optimizer: { name: 'name', defaults: optimizerDefaults },
  schedule: { name: 'kind', defaults: scheduleDefaults },
  average: { name: 'kind', defaults: averageDefaults },
};

/** The same on top of a whole configuration: a new optimizer, schedule or average starts from its own defaults. */
function merge(base: Tree, over: Tree): Tree {
  const out = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = out.get(key);
    if (Object.hasOwn(variants, key) && isTree(value) && isTree(below)) {
      out.set(key, variantOf(below, value, variants[key].name, variants[key].defaults));
    } else if (key === 'dropout' && isTree(value)) {
      out.set(key, dropoutWords(value));
    } else {
      out.set(key, isTree(value) && isTree(below) ? merge(below, value) : value);
    }
  }
  return Object.fromEntries(out);
}

function variantOf(below: Tree, over: Tree, key: string, defaults: Tree): Tree {
  const name = String(over[key] ?? below[key]);
  const start = name === below[key] || !Object.hasOwn(defaults, name) ? below : defaults[name];
  return { ...(start as Tree), ...over };
}

/** `{ method: 'fast', input: 0.1 }` in the words of the command line: `fast:input=0.1`. */
function dropoutWords({ method, ...options }: Tree): string {
  if (typeof method !== 'string') {
    throw new ConfigError("model.dropout expects words such as 'fast:input=.1' or an object with a method");
  }
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return words.length > 0 ? `${method}:${words.join(',')}` : method;
}
