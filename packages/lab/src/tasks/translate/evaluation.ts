/** What `lethe eval` has for translation: which test, and how translations are looked for. */
import { UsageError, wholeNumber } from '../../common/usage.ts';
import type { EvaluationKind, TaskOption } from '../kind.ts';
import type { TranslateConfig } from './config.ts';
import { testSetOption } from './data/settings.ts';

/** Of `eval` and `predict`. */
export const searchOptions: readonly TaskOption[] = [
  {
    flags: '--beam <N>',
    description:
      'of pairs: hypotheses of beam search, 1 for the most probable word each time (default: evaluation.beam)',
    read: wholeNumber('--beam', 1, 1024),
  },
  {
    flags: '--length-penalty <A>',
    description: 'of pairs: hypotheses are compared by log p / length^A (default: evaluation.lengthPenalty)',
    read(text) {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
      throw new UsageError(`--length-penalty expects a number of at least 0, found '${text}'`);
    },
  },
];

/** What the options give. */
export interface SearchGiven {
  beam?: number;
  lengthPenalty?: number;
}

/** The configuration with what the options ask for. */
export function withSearch(config: TranslateConfig, { beam, lengthPenalty }: SearchGiven): TranslateConfig {
  const { evaluation } = config;
  return {
    ...config,
    evaluation: {
      ...evaluation,
      beam: beam ?? evaluation.beam,
      lengthPenalty: lengthPenalty ?? evaluation.lengthPenalty,
    },
  };
}

export const translateEvaluation: EvaluationKind<TranslateConfig> = {
  options: [testSetOption, ...searchOptions],
  settings(config, given) {
    const { testSet, ...search } = given as SearchGiven & { testSet?: string };
    const asked = withSearch(config, search);
    return testSet === undefined ? asked : { ...asked, pairs: { ...asked.pairs, testSet } };
  },
};
