/** Trials as recipes, to be trained again with other seeds: `best.yaml` is the best of a search. */
import path from 'node:path';
import { stringify } from 'yaml';
import { atomicWrite } from '../../files/atomic-write.ts';
import type { Config, Published } from '../../runs/config.ts';
import type { Trial } from '../../studies/study-record.ts';
import { configOf, type Search } from './search-file.ts';

/** Writes the recipe of a trial into its study and gives the file's name. */
export function writeBest(study: string, search: Search, { number, parameters }: Trial): string {
  const { title, published } = search.recipe;
  const config = configOf(search, parameters);
  const file = path.join(study, 'best.yaml');
  writeRecipe(file, config, {
    comment: `Trial ${number} of ${path.basename(path.resolve(study))}, the best by its validation.`,
    tree: { title: `${title}, trial ${number}`, ...(config.recipe?.published ? { published } : {}) },
  });
  return file;
}

/** Writes a configuration as a recipe; `tree` are its first keys. */
export function writeRecipe(
  file: string,
  { format: _, threads: __, recipe: ___, ...config }: Config,
  { comment, tree }: { comment: string; tree: { title: string; published?: Published | null } },
): void {
  atomicWrite(file, `# ${comment}\n${stringify({ ...tree, ...config })}`);
}
