/** What a run reads sentences and writes translations by, kept in its directory so that it needs no data set for either. */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError, type SubwordData, subwordsFrom } from 'lethe';
import { z } from 'zod';
import { tokenizers } from '../../../data/words/types.ts';
import { systemReason } from '../../../files/system-error.ts';
import type { Reading, TranslateData } from './types.ts';

/** Its name in the run directory. */
export const readingFile = 'vocabulary.json';

/** The content of the file. */
export function writeReading({ source, target, ...reading }: Reading): string {
  const vocabularies = reading.sharesVocabulary ? { source } : { source, target };
  return `${JSON.stringify({ format: 1, ...reading, ...vocabularies })}\n`;
}

/** Reads it back. Throws DataError naming the file when it is missing or broken. */
export function readReading(directory: string): Reading {
  const file = path.join(directory, readingFile);
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
  try {
    const { format: _, source, target, ...reading } = schema.parse(JSON.parse(text));
    const from = subwordsFrom(source);
    if (reading.sharesVocabulary !== (target === undefined)) throw new Error('one vocabulary, or two');
    return { ...reading, source: from, target: target === undefined ? from : subwordsFrom(target) };
  } catch (error) {
    throw new DataError(
      `${file} holds no vocabularies of format 1: ${firstLine(error)}; take it from the run again`,
      { cause: error },
    );
  }
}

/** Throws ConfigError unless tokens of these data mean what they meant to the weights of a run. */
export function requireSameReading(directory: string, { name, reading }: TranslateData): void {
  const own = readReading(directory);
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

// --- internal ---

const subwords: z.ZodType<SubwordData> = z.object({
  level: z.enum(['bpe', 'word', 'char']),
  pieces: z.array(z.string()),
  merges: z.array(z.tuple([z.string(), z.string()])),
});

const schema = z.strictObject({
  format: z.literal(1),
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
});

const firstLine = (error: unknown): string => {
  if (error instanceof z.ZodError) {
    const [{ path: at, message }] = error.issues;
    return `${at.join('.')}: ${message}`.slice(0, 200);
  }
  return (error as Error).message.split('\n')[0].slice(0, 200);
};
