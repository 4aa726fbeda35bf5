/** Configurations of runs that began at different times, made comparable: what is computed, whatever keys there were then. */
import { textNames } from '../data/text/catalogue.ts';
import { type Config, checkConfig } from './config.ts';

/**
 * The configuration with the defaults of keys that it does not have. Published texts lie between white space and end their lines
 * with newlines, so that how words and line ends are found makes no difference to them.
 * Throws ConfigError for what is no configuration.
 */
export function comparable(config: Config): Config {
  const whole = checkConfig(config, 'configuration');
  if (whole.task !== 'text' || !textNames.includes(whole.dataset) || whole.text.tokenizer === 'prose') {
    return whole;
  }
  return { ...whole, text: { ...whole.text, tokenizer: 'whitespace', lineEnds: 'universal' } };
}
