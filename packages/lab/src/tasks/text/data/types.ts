/** Text as data: streams of token numbers over a vocabulary. */

import type { Level, Tokenizer, Vocabulary } from '../../../data/words/types.ts';

/** Tokens read in windows by position, so that a corpus larger than memory streams. */
export interface TokenSource {
  readonly length: number;
  /** Copies `count` tokens from position `from` on to `out` at `at`. Throws RangeError beyond the ends. */
  read(from: number, out: Int32Array, at?: number, count?: number): void;
}

/** A text, split for training, validation and test. */
export interface TextData {
  name: string;
  /** where it came from, in words */
  source: string;
  level: Level;
  /** of words; of characters always `whitespace` */
  tokenizer: Tokenizer;
  vocabulary: Vocabulary;
  /** how it was read, in clauses for people: what was chosen, assumed or left out */
  notes: readonly string[];
  splits: { train: TokenSource; valid: TokenSource; test: TokenSource };
  /** sha256 over the vocabulary and all tokens */
  sha256: string;
}
