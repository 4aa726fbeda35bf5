/** What `lethe eval` has for language models: streams, and a continuous cache beside the test-time rule. */
import { wholeNumber } from '../../common/usage.ts';
import type { EvaluationKind } from '../kind.ts';
import { type CacheOptions, checkCache } from './cache.ts';
import { cacheOptions } from './cache-options.ts';
import type { TextConfig } from './config.ts';

/** What the options of text give. */
interface TextEvaluationOptions {
  /** how many streams the split is cut into; default: what the configuration says */
  streams?: number;
  cache?: CacheOptions;
}

export const textEvaluation: EvaluationKind<TextConfig> = {
  options: [
    {
      flags: '--streams <N>',
      description:
        'of text: streams that the split is cut into, 1 as it stands (default: evaluation.* of the run)',
      read: wholeNumber('--streams', 1),
    },
    {
      flags: '--cache <OPTIONS>',
      description: 'of text: a continuous cache beside it, as in window=500,theta=1,lambda=.1',
      read: cacheOptions,
    },
  ],
  settings(config, given) {
    const { streams } = given as TextEvaluationOptions;
    if (streams === undefined) return config;
    const evaluation = { ...config.evaluation, validationStreams: streams, testStreams: streams };
    return { ...config, evaluation };
  },
  ways: {
    cache: {
      label: 'with cache',
      of(given) {
        const { cache } = given as TextEvaluationOptions;
        if (cache) checkCache(cache);
        return cache;
      },
    },
  },
};
