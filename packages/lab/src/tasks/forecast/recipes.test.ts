import { expect, test } from 'vitest';
import { listRecipes } from '../../training/recipes.ts';
import { resolveConfig } from '../../training/resolve.ts';
import type { ForecastConfig } from './config.ts';
import { forecastNames } from './data/catalogue.ts';

const recipes = listRecipes()
  .filter((name) => name.startsWith('forecast/'))
  .map((name) => [name, resolveConfig(name) as ForecastConfig] as const);

test('there are recipes of three published sets, under the names of their data', () => {
  expect(recipes.map(([name]) => name)).toEqual(['forecast/exchange', 'forecast/m4-hourly', 'forecast/nn5']);
  for (const [name, { task, dataset, recipe }] of recipes) {
    expect(`${task}/${dataset}`).toBe(name);
    expect(forecastNames).toContain(dataset);
    expect(recipe!.published!.metric).toMatch(/^test (mase|wql)$/);
  }
});
