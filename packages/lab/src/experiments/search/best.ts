/** `best.yaml`: the best trial of a study as a recipe, to be trained again with other seeds. */
import path from 'node:path';
import { stringify } from 'yaml';
import { atomicWrite } from '../../files/atomic-write.ts';
import type { Trial } from '../../studies/study-record.ts';
import { configOf, type Search } from './search-file.ts';

/** Writes the recipe of a trial into its study and gives the file's name. */
export function writeBest(study: string, search: Search, { number, parameters }: Trial): string {
  const { format: _, threads: __, recipe, ...config } = configOf(search, parameters);
  const { title, published } = search.recipe;
  const tree = { title: `${title}, trial ${number}`, ...(recipe?.published ? { published } : {}), ...config };
  const file = path.join(study, 'best.yaml');
  const comment = `# Trial ${number} of ${path.basename(path.resolve(study))}, the best by its validation.\n`;
  atomicWrite(file, comment + stringify(tree));
  return file;
}
