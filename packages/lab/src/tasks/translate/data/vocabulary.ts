/** The vocabularies of both sides, from the training pairs alone. */
import {
  ConfigError,
  countWords,
  learnBytePairs,
  learnSubwords,
  type SubwordOptions,
  type Subwords,
} from 'lethe';
import type { TranslateDataConfig } from './settings.ts';

/**
 * Learns them.
 * @throws ConfigError for a setting that does nothing at this level
 */
export function learnVocabularies(
  source: readonly string[],
  target: readonly string[],
  { level, vocabulary, merges, minCount, vocabularySize, dropout }: TranslateDataConfig['tokens'],
): { source: Subwords; target: Subwords } {
  const isPairs = level === 'bpe';
  if (!isPairs && dropout > 0) {
    throw new ConfigError(
      `tokens.dropout: expected 0 where tokens.level is ${level}, found ${dropout}: only merges of bpe can be left out`,
    );
  }
  if (isPairs && vocabularySize !== null) {
    throw new ConfigError(
      `tokens.vocabularySize: expected none where tokens.level is bpe, found ${vocabularySize}; set tokens.merges`,
    );
  }
  const counts = { source: countWords(source), target: countWords(target) };
  const both = vocabulary === 'separate' ? undefined : together(counts.source, counts.target);
  const least = minCount === null ? {} : { minCount };
  const size = vocabularySize === null ? {} : { vocabularySize };
  const learned = isPairs && both ? learnBytePairs(both, { merges, ...least }) : undefined;
  const of = (words: Map<string, number>): Subwords => {
    const options: SubwordOptions = isPairs
      ? learned
        ? { learned }
        : { merges, ...least }
      : { ...least, ...size };
    return learnSubwords(words, { level, ...options });
  };
  if (vocabulary === 'shared') {
    const shared = of(both!);
    return { source: shared, target: shared };
  }
  return { source: of(counts.source), target: of(counts.target) };
}

// --- internal ---

function together(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const sum = new Map(a);
  for (const [word, count] of b) sum.set(word, (sum.get(word) ?? 0) + count);
  return sum;
}
