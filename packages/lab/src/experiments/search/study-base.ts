/** What all trials of a comparison or a sweep have in common, and the configuration of one of them. */
import type { Config } from '../../runs/config.ts';
import { isDropoutKey, withSetting } from '../../studies/dropout-words.ts';
import type { Parameters, Value } from '../../studies/space.ts';
import { resolveConfig, splitSetting } from '../../training/resolve.ts';

/** As `lethe train` takes it. */
export interface StudyBase {
  /** a recipe, or TASK/DATASET */
  target: string;
  /** values by path; undefined leaves the recipe's */
  settings: Readonly<Record<string, unknown>>;
  /** the texts of `--set` */
  set: readonly string[];
}

/**
 * The configuration with these parameters: keys of the configuration, and settings of its method (`dropout.input`).
 * @param method in words, instead of the recipe's
 * Throws ConfigError when there is none with such values.
 */
export function configWith(base: StudyBase, parameters: Parameters, method?: string): Config {
  const keys: Record<string, unknown> = {
    ...base.settings,
    ...(method !== undefined && { 'model.dropout': method }),
  };
  const ofMethod: [string, Value][] = [];
  for (const [key, value] of Object.entries(parameters)) {
    if (isDropoutKey(key)) ofMethod.push([key, value]);
    else keys[key] = value;
  }
  const isFree = (text: string): boolean => {
    const [key] = splitSetting(text);
    return !(Object.hasOwn(parameters, key) || (key === 'model.dropout' && method !== undefined));
  };
  const set = base.set.filter(isFree);
  const config = resolveConfig(base.target, { settings: keys, set });
  const words = ofMethod.reduce(
    (text, [key, value]) => withSetting(text, key, value),
    method ?? config.model.dropout,
  );
  if (ofMethod.length === 0) return withoutThreads(config);
  return withoutThreads(
    resolveConfig(base.target, { settings: keys, set: [...set, `model.dropout=${words}`] }),
  );
}

/** What the journal keeps of a base: every setting by its path. */
export function settingsOf({ settings, set }: StudyBase): Record<string, unknown> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...given, ...set.map(splitSetting)]);
}

// --- internal ---

/** Threads are the machine's share, no part of an experiment. */
const withoutThreads = (config: Config): Config => ({ ...config, threads: null }) as Config;
