/** The continuous cache in the words of the command line: `window=500,theta=1,lambda=.1`. */

import { didYouMean } from '../../common/nearest.ts';
import { UsageError } from '../../common/usage.ts';
import { type CacheOptions, checkCache } from './cache.ts';

/** What is not given is as the code of Merity et al. (2017) has it for Penn Treebank. Throws UsageError. */
export function cacheOptions(text: string): CacheOptions {
  const options = { window: 500, theta: 1, lambda: 0.1 };
  for (const part of text.split(',')) {
    const [, key, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (key === undefined || !Object.hasOwn(options, key)) {
      const known = Object.keys(options);
      const guess = key === undefined ? '' : didYouMean(key, known);
      throw new UsageError(
        `--cache expects ${known.join(', ')} as in window=500,theta=1, found '${part}'${guess}`,
      );
    }
    options[key as keyof CacheOptions] = Number(value);
  }
  try {
    checkCache(options);
  } catch (error) {
    throw new UsageError(`--${(error as Error).message}`);
  }
  return options;
}
