/** The configuration of an existing run. */
import { type RunPaths, readConfigFile } from '../runs/run-directory.ts';
import { type Config, checkConfig } from './config.ts';

/** Reads and checks `config.json`. Throws ConfigError when the directory is no run or the file is not a configuration. */
export function readConfig(run: RunPaths): Config {
  return checkConfig(readConfigFile(run), run.config);
}
