/** The configuration of an existing run. */
import { settledDropout } from 'lethe/dropout';
import type { Config } from '../runs/config.ts';
import { type RunPaths, readConfigFile } from '../runs/run-directory.ts';
import { checkConfig } from '../tasks/config.ts';

/**
 * Reads and checks `config.json`. A method without a rate in it is one of before there were defaults, and has none.
 * Throws ConfigError when the directory is no run or the file is not a configuration.
 */
export function readConfig(run: RunPaths): Config {
  const config = checkConfig(readConfigFile(run), run.config);
  const dropout = settledDropout(config.model.dropout, 'zero');
  return { ...config, model: { ...config.model, dropout } } as Config;
}
