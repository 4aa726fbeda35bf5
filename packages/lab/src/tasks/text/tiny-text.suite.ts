/** A small text and configuration on which training takes a second. */

import { vocabularyOf } from '../../data/words/vocabulary.ts';
import { resolveConfig } from '../../training/resolve.ts';
import type { TextConfig } from './config.ts';
import type { TextData, TokenSource } from './data/types.ts';

/** Tokens in memory. */
export function tokens(values: readonly number[]): TokenSource {
  const all = Int32Array.from(values);
  return {
    length: all.length,
    read: (from, out, at = 0, count = out.length - at) => out.set(all.subarray(from, from + count), at),
  };
}

/** Eleven words in a cycle with every fifth word skipped: easy to learn, not to guess. */
export function tinyText(length = 600): TextData {
  const walk = (from: number, count: number) =>
    tokens(Array.from({ length: count }, (_, i) => (from + i + Math.floor(i / 5)) % 11));
  const words = ['<unk>', '<eos>', ...'abcdefghi'];
  return {
    name: 'tiny',
    source: 'made for tests',
    level: 'word',
    tokenizer: 'whitespace',
    notes: [],
    vocabulary: vocabularyOf(words, 'word'),
    splits: { train: walk(0, length), valid: walk(3, 90), test: walk(5, 71) },
    sha256: 'tiny',
  };
}

/** 9 hidden units, 3 epochs, a checkpoint after every step, unless `set` says otherwise. */
export function tinyTextConfig(...set: string[]): TextConfig {
  return resolveConfig('text/tiny', {
    settings: {
      'model.embedding': 7,
      'model.hidden': 9,
      'training.epochs': 3,
      'training.batch': 4,
      'training.steps': 10,
      'training.checkpointEvery': 0,
      'evaluation.validationStreams': 3,
    },
    set,
  }) as TextConfig;
}
