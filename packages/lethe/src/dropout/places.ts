/** Whether the rates of a regularizer have a place in a model, and whether a method that only steers noise has some to steer. */
import { ConfigError } from '../errors.ts';
import { checkOptionNames } from '../options.ts';
import { checkRegularizer } from './check-regularizer.ts';
import type { NoiseEntry, Regularizer } from './noise.ts';

/** What a model has. */
export interface ModelParts {
  /** recurrent layers on one another; absent: not known here */
  layers?: number;
  /** whether words are looked up; absent: not known here */
  embedding?: boolean;
  /** whether something is attended to; absent: not known here */
  attention?: boolean;
}

/**
 * Checks that every rate above 0 has a place.
 * @throws ConfigError naming the key whose places are missing, or a method that does nothing without another one's noise
 */
export function checkPlaces(regularizer: Regularizer, parts: ModelParts = {}): void {
  checkRegularizer('checkPlaces', regularizer);
  checkOptionNames('checkPlaces', parts, ['layers', 'embedding', 'attention']);
  const { layers, embedding, attention } = parts;
  const { name, noise, passes, schedule, weightNoise } = regularizer;
  for (const entry of noise) {
    if (entry.rate === 0) continue;
    if (entry.layers === 'later' && layers === 1) {
      throw new ConfigError(
        `${name}: expected several recurrent layers for ${keyText(entry)} ${entry.rate}, got 1; leave the key out, or add a layer`,
      );
    }
    if (entry.site === 'embedding' && embedding === false) {
      throw new ConfigError(
        `${name}: expected no rate at embedding, got ${entry.rate}: the model has no embedding; leave the key out`,
      );
    }
    if (entry.site === 'context' && attention === false) {
      throw new ConfigError(
        `${name}: expected no rate at context, got ${entry.rate}: the model has no attention; leave the key out`,
      );
    }
  }
  // Gaussian weights differ from run to run, and have no rate.
  if (!(schedule || (passes && !weightNoise)) || noise.length > 0) return;
  throw new ConfigError(
    `${name}: expected noise for ${passes ? 'two runs that differ' : 'rates to move'}, got none; join it with a method that has some, as in ${name}+variational`,
  );
}

/** The key of an entry as its method calls it. */
export function keyText({ site, layers }: NoiseEntry): string {
  return layers === 'later' && site === 'input' ? 'hidden (between layers)' : site;
}
