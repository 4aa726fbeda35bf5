/** Text as data: streams of token numbers over a vocabulary. */

export type Level = 'word' | 'char';

/** How words are found: between white space; or in ordinary text, with case and punctuation apart (`prose.ts`). */
export const tokenizers = ['whitespace', 'prose'] as const;
export type Tokenizer = (typeof tokenizers)[number];

/** Words, or characters, by number; the most frequent have the smallest numbers. */
export interface Vocabulary {
  readonly words: readonly string[];
  /** undefined for a word that is not in it */
  numberOf(word: string): number | undefined;
  /** number of `<unk>`, or undefined where there is none */
  readonly unknown: number | undefined;
  /** number of what ends a line: `<eos>` of words, the newline of characters */
  readonly end: number | undefined;
}

/** Tokens read in windows by position, so that a corpus larger than memory streams. */
export interface TokenSource {
  readonly length: number;
  /** Copies `count` tokens from position `from` on to `out` at `at`. Throws RangeError beyond the ends. */
  read(from: number, out: Int32Array, at?: number, count?: number): void;
}

/** A text, split for training, validation and test. */
export interface TextData {
  kind: 'text';
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
