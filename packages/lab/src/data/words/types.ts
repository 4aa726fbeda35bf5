/** Text in words or characters, by number. */

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
