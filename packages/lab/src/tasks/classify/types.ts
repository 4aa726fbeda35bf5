/** Labelled sequences as the model sees them. */

import type { SplitName } from '../../data/split-names.ts';
import type { LabelledLayout } from '../../data/tables/labelled-types.ts';
import type { Level, Tokenizer } from '../../data/words/types.ts';
import type { TaskData } from '../kind.ts';

/** How a file is read into examples: found on the training split once, kept with the run, and used for every file after it. */
export interface Reading {
  layout: LabelledLayout;
  /** of texts */
  tokens?: {
    level: Level;
    tokenizer: Tokenizer;
    /** by number */
    words: string[];
    /** longer texts are cut into so many tokens; null: never */
    segment: number | null;
  };
  /** of sequences of numbers, columns first, then what an example has once: features are (x - mean) / deviation */
  features?: { name: string; mean: number; deviation: number; masked: boolean }[];
  /** of ratings: the model sees (y - mean) / deviation */
  rating?: { mean: number; deviation: number };
}

/** A sequence of tokens, or of steps with so many features, step by step. */
export type Sequence = Int32Array | { width: number; values: Float32Array };

/** One example: its segments, which answer together. */
export interface Example {
  parts: Sequence[];
  /** the number of its class, its rating, or NaN where it has none */
  target: number;
  /** what it is called in answers */
  name: string;
  /** where it begins */
  line: number;
}

/** Every split, the one kept for calibration included. */
export type Splits = Record<SplitName | 'calibration', Example[]>;

export interface ClassifyData extends TaskData {
  splits: Splits;
  reading: Reading;
  /** how it was read, in clauses */
  notes: string[];
  /** of all that was found, as keys of the configuration */
  found: { group: string; splitBy: string | null };
  sha256: string;
}

/** Steps of a sequence. */
export const lengthOf = (sequence: Sequence): number =>
  sequence instanceof Int32Array ? sequence.length : sequence.values.length / sequence.width;
