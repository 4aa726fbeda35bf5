/** `vocabulary.json`: what a run reads sentences and writes translations by, kept in its directory so that it needs no data set for either. */
import { ConfigError, type SubwordData, subwordsFrom } from 'lethe';
import { z } from 'zod';
import { tokenizers } from '../../../data/words/types.ts';
import { keptJson } from '../../../runs/kept-json.ts';
import type { Reading, TranslateData } from './types.ts';

const subwords: z.ZodType<SubwordData> = z.object({
  level: z.enum(['bpe', 'word', 'char']),
  pieces: z.array(z.string()),
  merges: z.array(z.tuple([z.string(), z.string()])),
});

const schema = z
  .strictObject({
    from: z.string().min(1),
    to: z.string().min(1),
    tokenizer: z.enum(tokenizers),
    lowerCase: z.boolean(),
    escaped: z.boolean(),
    maxLength: z.int().min(1),
    rawCase: z.enum(['mixed', 'lc']),
    sharesVocabulary: z.boolean(),
    source: subwords,
    target: subwords.optional(),
  })
  .transform(({ source, target, ...reading }): Reading => {
    if (reading.sharesVocabulary !== (target === undefined)) throw new Error('one vocabulary, or two');
    const from = subwordsFrom(source);
    return { ...reading, source: from, target: target === undefined ? from : subwordsFrom(target) };
  });

/** The file. */
export const keptReading = keptJson('vocabulary.json', 'vocabularies', schema, 'take it from the run again');

/** What is kept of it: a vocabulary that both sides share stands once. */
export function storedReading({ source, target, ...reading }: Reading): z.input<typeof schema> {
  return reading.sharesVocabulary ? { ...reading, source } : { ...reading, source, target };
}

/** Throws ConfigError unless tokens of these data mean what they meant to the weights of a run. */
export function requireSameReading(directory: string, { name, reading }: TranslateData): void {
  const own = keptReading.required(directory);
  for (const side of ['source', 'target'] as const) {
    const [before, now] = [own[side], reading[side]];
    const differs = [before.pieces, now.pieces].some((list) => list.length !== before.pieces.length)
      ? `${before.pieces.length} pieces and ${now.pieces.length}`
      : JSON.stringify(before) === JSON.stringify(now)
        ? undefined
        : 'other pieces or merges';
    if (differs === undefined) continue;
    throw new ConfigError(
      `${name}: expected the ${side} vocabulary of ${directory}, found ${differs}: its weights mean other tokens; train on the pairs of that run, with its tokens.*, pairs.* and splits.*`,
    );
  }
  if (own.tokenizer === reading.tokenizer && own.lowerCase === reading.lowerCase) return;
  throw new ConfigError(
    `${name}: expected words as ${directory} finds them (tokens.tokenizer ${own.tokenizer}, pairs.lowerCase ${own.lowerCase}), found ${reading.tokenizer}, ${reading.lowerCase}`,
  );
}
