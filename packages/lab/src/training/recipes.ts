/**
 * Recipes: the experiments of papers as YAML files, each with the published figure that it aims at. A
 * recipe holds a part of a configuration; what it leaves out has the defaults of the task.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { didYouMean } from '../common/nearest.ts';
import { packageRoot } from '../common/package-root.ts';
import { letheCommand } from '../common/shell.ts';
import { lendingKeys, readYaml } from '../common/yaml.ts';
import { systemReason } from '../files/system-error.ts';
import type { Config } from '../runs/config.ts';
import { topLevelKeys } from '../tasks/config.ts';
import { taskKinds } from '../tasks/registry.ts';

/** The folder of the recipes that come with the lab: `recipes/` of the published package, else of the repository. */
export const recipesFolder = ['recipes', '../../recipes']
  .map((place) => path.join(packageRoot, place))
  .reduce((published, repository) => (fs.existsSync(published) ? published : repository));

/** The names of the recipes that come with the lab, e.g. `bayer2013/jsb-fast`. */
export function listRecipes(folder: string = recipesFolder): string[] {
  return listFiles(folder).filter((name) => !isSearch(name));
}

/** Whether a recipe has this name, with its folder or without. */
export function isRecipeName(name: string, folder: string = recipesFolder): boolean {
  return listRecipes(folder).some((one) => one === name || path.posix.basename(one) === name);
}

/** The names of the searches that come with the lab, e.g. `bayer2013/search`: files beside the recipes. */
export function listSearches(folder: string = recipesFolder): string[] {
  return listFiles(folder).filter(isSearch);
}

/** Where a configuration comes from. */
type Heading = NonNullable<Config['recipe']>;

/**
 * Reads a recipe, by name (`jsb-fast`, `bayer2013/jsb-fast`) or by the path of a YAML file, as a part of a
 * configuration. Its `paperQuirks`, settings in which the code behind the published figure departs from the paper or from what is
 * right, are laid over it when `quirks` asks for them. Throws ConfigError when there is none, when it is not YAML, or when
 * quirks are asked for and it lists none.
 */
export function readRecipe(
  target: string,
  { folder = recipesFolder, quirks = false }: { folder?: string; quirks?: boolean } = {},
): { recipe: Record<string, unknown>; quirks: Record<string, unknown> } {
  const file = namedFile(target, folder, 'recipe', listRecipes(folder));
  const {
    title,
    published = null,
    paperQuirks = {},
    ...rest
  } = readMapping(file, 'dataset, model, training');
  if ('space' in rest)
    throw new ConfigError(`${file} is a search; run it with ${letheCommand('search', target)}`);
  const name = path.basename(file).replace(/\.(ya?ml|json)$/, '');
  if (typeof paperQuirks !== 'object' || paperQuirks === null || Array.isArray(paperQuirks)) {
    throw new ConfigError(`${file}: paperQuirks should hold settings such as optimizer: { lagging: true }`);
  }
  if (quirks && Object.keys(paperQuirks).length === 0) {
    throw new ConfigError(
      `${file} lists no paperQuirks: nothing is known to differ; leave --paper-quirks out`,
    );
  }
  return {
    recipe: { ...rest, recipe: { name, title: title ?? name, published } },
    quirks: quirks ? (paperQuirks as Record<string, unknown>) : {},
  };
}

/** What a recipe or a search is called with other data than its own, to which its published figure belongs. */
export function withOtherData(recipe: Heading, dataset: string): Heading {
  return { ...recipe, title: `${recipe.title}, on ${dataset}`, published: null };
}

/** The file of a search, by name (`bayer2013/search`) or path. Throws ConfigError when there is none. */
export function searchFile(target: string, folder: string = recipesFolder): string {
  return namedFile(target, folder, 'search', listSearches(folder));
}

/**
 * The mapping in a YAML file, which holds keys such as `keys`; others that only lend their value to merge keys are left out.
 * Throws ConfigError when it cannot be read or holds none.
 */
export function readMapping(
  file: string,
  keys: string,
  isKnown: (key: string) => boolean = (key) => recipeKeys.has(key),
): Record<string, unknown> {
  const text = textOf(file);
  const tree = readYaml(text, file);
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw new ConfigError(`${file} should hold a mapping with keys such as ${keys}`);
  }
  const lending = new Set(lendingKeys(text).filter((key) => !isKnown(key)));
  return Object.fromEntries(Object.entries(tree).filter(([key]) => !lending.has(key)));
}

// --- internal ---

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${systemReason(error)}`, { cause: error });
  }
}

/** What a recipe may hold; `space` shows that it is a search. */
const recipeKeys = new Set([...topLevelKeys, ...['title', 'published', 'paperQuirks', 'space']]);

const exampleTarget = taskKinds.flatMap(({ examples }) => examples?.targets ?? [])[0];

const isSearch = (name: string): boolean => /(^|\/)search(-[^/]*)?$/.test(name);

function listFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => file.replace(/\.ya?ml$/, '').replaceAll(path.sep, '/'))
    .sort();
}

function namedFile(target: string, folder: string, kind: string, names: readonly string[]): string {
  if (/\.(ya?ml|json)$/.test(target)) {
    if (fs.existsSync(target)) return target;
    throw new ConfigError(`there is no file ${target}`);
  }
  const name =
    names.find((name) => name === target) ?? names.find((name) => path.posix.basename(name) === target);
  if (name) {
    const stem = path.join(folder, name);
    return fs.existsSync(`${stem}.yaml`) ? `${stem}.yaml` : `${stem}.yml`;
  }
  const guess = didYouMean(target, [...names, ...names.map((name) => path.posix.basename(name))]);
  const advice = kind === 'recipe' ? `, or name a data set as in ${exampleTarget}` : ', or name a YAML file';
  throw new ConfigError(
    `there is no ${kind} '${target}'${guess || `; there are ${names.join(', ') || 'none'}`}${advice}`,
  );
}
