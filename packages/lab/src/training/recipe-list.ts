/** The recipes and searches that come with the lab, as rows: what each is about, the figure that it aims at, how to run it. */
import path from 'node:path';
import { ConfigError } from 'lethe';
import { didYouMean } from '../common/nearest.ts';
import type { Tree } from '../common/tree.ts';
import type { Published } from '../runs/config.ts';
import { listRecipes, listSearches, readMapping, readRecipe, recipesFolder, searchFile } from './recipes.ts';

/** One recipe or search. */
export interface ListedRecipe {
  name: string;
  kind: 'recipe' | 'search';
  title: string;
  task: string;
  dataset: string;
  published: Published | null;
  /** keys in which the code behind the published figure departs, which `--paper-quirks` takes in */
  paperQuirks: string[];
  /** the command that runs it */
  run: string;
  file: string;
}

/** All of them, recipes first. Throws ConfigError for a file that cannot be read. */
export function listedRecipes(): ListedRecipe[] {
  const recipes = listRecipes().map((name) => listed(name, 'recipe', `lethe train ${name}`));
  const searches = listSearches().map((name) => listed(name, 'search', `lethe search ${name}`));
  return [...recipes, ...searches];
}

/** The file of a recipe or a search, by its name with its paper or without. Throws ConfigError with the nearest name. */
export function recipeFile(name: string): string {
  const names = [...listRecipes(), ...listSearches()];
  const short = (one: string): string => path.posix.basename(one);
  const found = names.find((one) => one === name) ?? names.find((one) => short(one) === name);
  if (found) return fileOf(found);
  const papers = names.map((one) => path.posix.dirname(one));
  const guess = didYouMean(name, [...names, ...names.map(short), ...papers]);
  throw new ConfigError(`there is no recipe '${name}'${guess || '; `lethe recipes` lists them'}`);
}

// --- internal ---

function fileOf(name: string): string {
  return listSearches().includes(name) ? searchFile(name) : path.join(recipesFolder, `${name}.yaml`);
}

function listed(name: string, kind: ListedRecipe['kind'], run: string): ListedRecipe {
  const file = fileOf(name);
  const tree = readMapping(file, 'title');
  const { published = null, paperQuirks = {}, base } = tree;
  // What a search does not say, the recipe that it begins with does.
  const below = typeof base === 'string' ? readRecipe(base).recipe : {};
  const own = { ...below, ...tree, ...((tree.set as Tree | undefined) ?? {}) } as Tree;
  return {
    ...{ name, kind, title: String(tree.title ?? name) },
    ...{ task: String(own.task ?? '-'), dataset: String(own.dataset ?? '-') },
    published: published as Published | null,
    paperQuirks: keysIn(paperQuirks as Tree),
    ...{ run, file },
  };
}

/** Dotted keys of the values in a tree. */
function keysIn(tree: Tree): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? keysIn(value as Tree).map((inner) => `${key}.${inner}`)
      : [key],
  );
}
