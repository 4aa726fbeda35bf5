/** What a form for a new run asks: recipes, data sets, and every key of a task's configuration. */
import { configKeys, listData, listedRecipes, taskKinds } from '@lethe/lab/internal';
import type { FormField, Forms } from '../shared/api.ts';

/** Read from schemas and registries; nothing is listed here. */
export function forms(): Forms {
  const data = listData();
  return {
    recipes: listedRecipes()
      .filter(({ kind }) => kind === 'recipe')
      .map(({ name, title }) => ({ name, title })),
    tasks: taskKinds.map(({ name }) => ({
      name,
      datasets: data.filter(({ task }) => task === name).map(({ name, status }) => ({ name, status })),
      fields: fieldsOf(name),
    })),
  };
}

// --- internal ---

/** A key that means something else in another variant is asked for once. */
function fieldsOf(task: string): FormField[] {
  const fields = new Map<string, FormField>();
  for (const { key, type, choices, default: value, meaning, of } of configKeys(task)) {
    const known = fields.get(key);
    if (known) known.of = [...(known.of ?? []), ...(of ?? [])];
    else fields.set(key, { key, type, choices, default: value, meaning, of: of && [...of] });
  }
  return [...fields.values()];
}
