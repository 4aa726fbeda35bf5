/** Every task there is: a folder, and one line here. */
import { ConfigError } from 'lethe';
import { didYouMean } from '../common/nearest.ts';
import { classify } from './classify/kind.ts';
import { forecast } from './forecast/kind.ts';
import type { TaskKind } from './kind.ts';
import { music } from './music/kind.ts';
import { text } from './text/kind.ts';
import { translate } from './translate/kind.ts';

export const taskKinds: readonly TaskKind[] = [music, text, translate, classify, forecast];

/** The kind of a name, if there is one. */
export function findKind(name: unknown): TaskKind | undefined {
  return taskKinds.find((kind) => kind.name === name);
}

/** The kind of a name. Throws ConfigError for a task that there is not. */
export function kindOf(name: string): TaskKind {
  const kind = findKind(name);
  if (kind) return kind;
  const names = taskKinds.map(({ name }) => name);
  throw new ConfigError(
    `there is no task '${name}'${didYouMean(name, names) || `; there are ${names.join(', ')}`}`,
  );
}
