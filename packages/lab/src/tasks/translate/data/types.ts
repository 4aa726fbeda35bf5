/** Pairs of sentences as the model sees them. */
import type { Subwords } from 'lethe';
import type { SplitName } from '../../../data/split-names.ts';
import type { Tokenizer } from '../../../data/words/types.ts';
import type { TaskData } from '../../kind.ts';

/** All that reading a sentence and writing a translation need: found on the training pairs once, kept with the run. */
export interface Reading {
  /** languages, as files and columns call them */
  from: string;
  to: string;
  /** how words are found in a line */
  tokenizer: Tokenizer;
  /** whether lines are put into lower case */
  lowerCase: boolean;
  /** whether the words of files are those of Moses' tokenizer, with `&quot;` for a quote */
  escaped: boolean;
  /** in words; a longer line is refused */
  maxLength: number;
  /** what 13a compares: the text as it is, or in lower case where nothing else was ever seen */
  rawCase: 'mixed' | 'lc';
  /** one vocabulary for both sides: `source` and `target` are the same object */
  sharesVocabulary: boolean;
  source: Subwords;
  target: Subwords;
}

/** One side of pairs. */
export interface Side {
  /** words with one space between them: what is encoded, and what BLEU `tok:none` compares */
  texts: readonly string[];
  /** as a person writes it: what BLEU `tok:13a` compares */
  raw: readonly string[];
  /** tokens of each without begin and end, no merge left out */
  encoded: readonly Int32Array[];
}

/** The pairs of a split. */
export interface Pairs {
  length: number;
  source: Side;
  target: Side;
  /** where each begins in its file, from 1 */
  lines: Uint32Array;
}

export interface TranslateData extends TaskData {
  from: string;
  to: string;
  splits: Record<SplitName, Pairs>;
  /** the name of the test that `splits.test` is, and of all that there are */
  testSet: string;
  testSets: readonly string[];
  reading: Reading;
  /** how it was read, in clauses */
  notes: readonly string[];
  /** over texts, references and vocabularies */
  sha256: string;
}

/** Lines of both sides, read and not yet looked at. */
export interface RawPairs {
  /** of the pairs, for errors: `train.en, train.de` */
  where: string;
  source: readonly string[];
  target: readonly string[];
  /** as people write them, where other files say so */
  raw?: { source: readonly string[]; target: readonly string[] };
  lines: ArrayLike<number>;
}

/** What was found at a place: pairs by split, none where a share is to be cut off. */
export interface RawCorpus {
  from: string;
  to: string;
  train: RawPairs;
  valid?: RawPairs;
  test?: RawPairs;
  testSet: string;
  testSets: readonly string[];
  /** words of Moses' tokenizer */
  escaped: boolean;
  notes: string[];
}
