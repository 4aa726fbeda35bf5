/** Configurations of runs that began at different times, made comparable: what is computed, whatever keys there were then. */
import type { Config } from '../runs/config.ts';
import { checkConfig } from '../tasks/config.ts';
import { kindOf } from '../tasks/registry.ts';

/**
 * The configuration with the defaults of keys that it does not have, and without differences that make none to its task.
 * Throws ConfigError for what is no configuration.
 */
export function comparable(config: Config): Config {
  const whole = checkConfig(config, 'configuration');
  return kindOf(whole.task).config.comparable?.(whole) ?? whole;
}
