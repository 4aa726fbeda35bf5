/** The configuration of a run of any task, checked: the content of `config.json`. How one is put together stands in `training/resolve.ts`. */
import { ConfigError } from 'lethe';
import { z } from 'zod';
import { issueSentence } from '../common/schema-errors.ts';
import type { Config } from '../runs/config.ts';
import { taskKinds } from './registry.ts';

const [first, ...others] = taskKinds.map(({ config }) => config.schema);

export const configSchema = z.discriminatedUnion('task', [first, ...others]);

/** The keys that stand at the top of some configuration. */
export const topLevelKeys: ReadonlySet<string> = new Set(
  configSchema.options.flatMap(({ shape }) => Object.keys(shape)),
);

/**
 * Checks a whole tree. Throws ConfigError that names the key, what it expects, what was found and, for an
 * unknown key, the nearest known one; `where` says whose tree it is.
 */
export function checkConfig(tree: unknown, where: string): Config {
  const result = configSchema.safeParse(tree, { reportInput: true });
  if (!result.success)
    throw new ConfigError(`${where}: ${issueSentence(configSchema, result.error.issues[0], tree)}`);
  const config = result.data as Config;
  requireTogether(config, where);
  return config;
}

// --- internal ---

/** Throws ConfigError for settings that are right alone and wrong together. */
function requireTogether({ optimizer, schedule, average }: Config, where: string): void {
  if (optimizer.name !== 'nt-asgd') return;
  if (average.kind !== 'none') {
    throw new ConfigError(
      `${where}: average.kind expects none with optimizer.name nt-asgd, which averages by itself, found ${average.kind}`,
    );
  }
  if (schedule.kind === 'one-cycle' && schedule.momentum !== null) {
    throw new ConfigError(
      `${where}: schedule.momentum expects none with optimizer.name nt-asgd, which has no momentum, found ${schedule.momentum.join(', ')}`,
    );
  }
}
