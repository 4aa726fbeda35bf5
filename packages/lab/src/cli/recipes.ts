/** `lethe recipes`: the experiments that come with the command, and the YAML of one. */
import fs from 'node:fs';
import type { Command } from 'commander';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { listing } from './listing.ts';
import { Output } from './output.ts';

/** Adds `recipes` to the command. */
export function addRecipes(lethe: Command, io: Io): void {
  const command = lethe
    .command('recipes')
    .description(
      'lists the recipes and searches: task, data, published figure, how to run; or prints the YAML of one',
    )
    .argument('[name]', 'a recipe (its YAML is printed), or a paper such as bayer2013')
    .option('--json', 'one JSON document on standard output')
    .action((name: string | undefined, options: { json?: boolean }) => run(name, new Output(io, options)));
  example(
    command,
    'lethe recipes',
    'lethe recipes zaremba2014',
    'lethe recipes bayer2013/jsb-fast > my.yaml',
  );
}

// --- internal ---

async function run(name: string | undefined, output: Output): Promise<void> {
  const { listedRecipes, recipeFile } = await import('../training/recipe-list.ts');
  const all = listedRecipes();
  const chosen = name === undefined ? all : all.filter((recipe) => recipe.name.startsWith(`${name}/`));
  if (name !== undefined && chosen.length === 0) {
    const file = recipeFile(name);
    const yaml = fs.readFileSync(file, 'utf8');
    output.event({ ...(all.find((recipe) => recipe.file === file) ?? { name, file }), yaml });
    if (!output.json) output.io.out(yaml);
    return;
  }
  output.event({ recipes: chosen });
  for (const [i, recipe] of chosen.entries()) {
    const { title, task, dataset, published, run } = recipe;
    if (i > 0) output.say();
    const figure = published
      ? `; published ${published.metric} ${published.value} (${published.source})`
      : '';
    for (const line of listing([recipe.name, `${task}, ${dataset}`], `${title}${figure}`, output))
      output.say(line);
    output.say(`    $ ${run}`);
  }
}
