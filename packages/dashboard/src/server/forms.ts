/** What a form for a new run asks: recipes, data sets, and every key of a task's configuration. */
import { configKeys, listData, listedRecipes, taskKinds } from '@lethe/lab/internal';
import type { FormField, Forms } from '../shared/api.ts';

/** Read from schemas and registries; nothing is listed here. */
export function forms(): Forms {
  const data = listData();
  const { recipes, fields } = (known ??= read());
  return {
    recipes,
    tasks: taskKinds.map(({ name }) => ({
      name,
      datasets: data.filter(({ task }) => task === name).map(({ name, status }) => ({ name, status })),
      fields: fields.get(name)!,
    })),
  };
}

// --- internal ---

/** What this program brings, read once: that takes a second, in which nobody else is answered. */
let known: ReturnType<typeof read> | undefined;

function read() {
  return {
    recipes: listedRecipes()
      .filter(({ kind }) => kind === 'recipe')
      .map(({ name, title }) => ({ name, title })),
    fields: new Map(taskKinds.map(({ name }) => [name, fieldsOf(name)])),
  };
}

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
