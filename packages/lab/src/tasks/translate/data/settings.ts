/** What a configuration says of pairs of sentences: its keys, their defaults, and the options that set them. */
import type { SubwordLevel } from 'lethe';
import { z } from 'zod';
import { oneOf, someText, UsageError, wholeNumber } from '../../../common/usage.ts';
import { tokenizers } from '../../../data/words/types.ts';
import { count, orNone } from '../../../runs/config.ts';
import type { TaskOption } from '../../kind.ts';
import { tableDefaults, tableKeys } from '../../shared/table-config.ts';
import { tableOptions } from '../../shared/table-options.ts';

const levels = ['bpe', 'word', 'char'] as const satisfies readonly SubwordLevel[];

export const vocabularies = ['separate', 'joint', 'shared'] as const;

const language = orNone(z.string().min(1));
const share = z.number().gt(0).lt(1);

const pairs = z.strictObject({
  from: language.describe(
    'language that is translated: the ending of files, or a column by its name or number; none: found',
  ),
  to: language.describe('language that it is translated to, likewise'),
  fraction: z
    .preprocess((value) => (typeof value === 'string' ? fractionOf(value) : value), z.number().gt(0).max(1))
    .describe(
      'of the training pairs that is used; a smaller one is part of a larger (splits.seed draws them)',
    ),
  maxLength: count.describe('words of a side at most; longer pairs are left out and counted'),
  lowerCase: z.boolean().describe('everything in lower case'),
  testSet: orNone(z.string().min(1)).describe(
    'which test, by its name, of data that have several; none: the first',
  ),
});

const splits = z.strictObject({
  valid: share.describe('share of the pairs that early stopping sees, where the data have no validation'),
  test: share.describe('share of the pairs that is kept for the test, where the data have none'),
  seed: z.int().min(0).describe('seed of splits and fraction, which is not that of training'),
});

const tokens = z.strictObject({
  level: z.enum(levels).describe('what a token is: a subword by byte-pair encoding, a word, a character'),
  tokenizer: z
    .enum([...tokenizers, 'auto'])
    .describe('how words are found: between white space, in ordinary text (prose), or as the texts need it'),
  vocabulary: z
    .enum(vocabularies)
    .describe(
      'separate: learned on each side; joint: merges of both sides, pieces of each; shared: one vocabulary for both',
    ),
  merges: z
    .int()
    .min(0)
    .describe('of bpe: pairs of symbols that are learned, by each side or by both together'),
  minCount: orNone(count).describe(
    'words (of bpe: pairs) that occur less often are not known (are left apart); none: 2 of bpe, 1 of others',
  ),
  vocabularySize: orNone(z.int().min(4)).describe(
    'of words and characters: the most frequent that stay; none: all',
  ),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .describe(
      'of bpe: probability that a merge is left out in training (BPE-dropout, Provilkov et al. 2020)',
    ),
});

/** The sections of a configuration that data are read by. */
export const dataKeys = { pairs, table: z.strictObject(tableKeys), splits, tokens };

const section = z.object({ dataset: z.string(), ...dataKeys });
export type TranslateDataConfig = z.infer<typeof section>;

export const dataDefaults: Omit<TranslateDataConfig, 'dataset'> = {
  pairs: { from: null, to: null, fraction: 1, maxLength: 250, lowerCase: false, testSet: null },
  table: { ...tableDefaults },
  splits: { valid: 0.05, test: 0.05, seed: 1 },
  tokens: {
    ...{ level: 'bpe', tokenizer: 'auto', vocabulary: 'joint', merges: 10_000 },
    ...{ minCount: null, vocabularySize: null, dropout: 0 },
  },
};

/** Of the section `training`. */
export const batchKeys = {
  batch: count.describe('pairs in a minibatch at most, of like length'),
  batchTokens: orNone(count).describe(
    'tokens of both sides, padding counted, in a minibatch at most, one pair at least; none: any',
  ),
};
export const batchDefaults = { batch: 32, batchTokens: null } as const;

/** Of `lethe train`. */
export const dataOptions: readonly TaskOption[] = [
  {
    flags: '--source-lang <LANGUAGE>',
    description: 'of pairs: the side that is translated, an ending of files or a column (default: found)',
    key: 'pairs.from',
    read: someText('--source-lang'),
  },
  {
    flags: '--target-lang <LANGUAGE>',
    description: 'of pairs: the side that it is translated to (default: found)',
    key: 'pairs.to',
    read: someText('--target-lang'),
  },
  {
    flags: '--fraction <SHARE>',
    description: 'of pairs: the share of the training pairs that is used, such as 1/4',
    key: 'pairs.fraction',
    read(text) {
      const value = fractionOf(text);
      if (typeof value === 'number' && value > 0 && value <= 1) return value;
      throw new UsageError(
        `--fraction expects a share above 0 and at most 1, such as 1/4 or 0.25, found '${text}'`,
      );
    },
  },
  {
    flags: '--vocabulary <KIND>',
    description: `of pairs: ${vocabularies.join(', ')} (one for both sides)`,
    key: 'tokens.vocabulary',
    read: oneOf('--vocabulary', vocabularies),
  },
  {
    flags: '--merges <N>',
    description: 'of pairs: merges of byte-pair encoding',
    key: 'tokens.merges',
    read: wholeNumber('--merges', 0),
  },
  { flags: '--level <NAME>', description: 'of texts: word, char; of pairs bpe, too', key: 'tokens.level' },
  {
    flags: '--tokenizer <NAME>',
    description: `of words: ${tokenizers.join(', ')} (case and punctuation apart), auto (default: as the text needs it)`,
    key: 'tokens.tokenizer',
  },
  ...Object.values(tableOptions),
];

/** Of `lethe eval`. */
export const testSetOption: TaskOption = {
  flags: '--test-set <NAME>',
  description: 'of pairs: which test, of data that have several, such as flickr2017',
  read: someText('--test-set'),
};

/** Runs that differ in one of these are not ranked together. */
export const dataConditions: readonly string[] = [
  ...['pairs.from', 'pairs.to', 'pairs.testSet', 'pairs.lowerCase', 'pairs.maxLength'],
  ...['splits.valid', 'splits.test', 'splits.seed', 'tokens.tokenizer'],
];

// --- internal ---

/** `1/4`, `0.25` and `25%` as a number; anything else as it is. */
function fractionOf(text: string): number | string {
  const parts =
    /^\s*(\d+(?:\.\d+)?)\s*(?:\/\s*(\d+(?:\.\d+)?)|(%))?\s*$/.exec(text) ?? /^\s*(\.\d+)\s*$/.exec(text);
  if (!parts) return text;
  return Number(parts[1]) / (parts[2] !== undefined ? Number(parts[2]) : parts[3] ? 100 : 1);
}
