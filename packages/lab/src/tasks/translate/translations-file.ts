/** The translations of a run's test, kept for its report. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DataError, type InspectedTranslation, sentenceBleu } from 'lethe';
import { z } from 'zod';
import { systemReason } from '../../files/system-error.ts';
import type { Pairs, Reading } from './data/types.ts';
import type { Translated } from './evaluate.ts';
import { meanOf } from './inspected.ts';

/** Its name in the run directory: JSON lines, one a sentence. */
export const translationsFile = 'translations.jsonl';

/** Where each piece of a translation looked: a row each, weights over the pieces of the source, ends included. */
export interface AttentionMap {
  source: string[];
  target: string[];
  weights: number[][];
}

/** One line of the file. */
export interface TranslationLine {
  /** line of the pair in its file */
  line: number;
  source: string;
  reference: string;
  translation: string;
  /** log p / length^a */
  score: number | null;
  /** of the sentence, tokenised, without regard to case, percent */
  bleu: number;
  /** mean over its tokens of the entropy in front of each, nats; absent of runs of before, and of sentences without words */
  entropy?: number;
  /** of some sentences, from the best to the worst */
  attention?: AttentionMap;
}

/**
 * The content of the file.
 * @param seen what the model thought of each translation, where that was looked at
 */
export function writeTranslations(
  pairs: Pairs,
  all: readonly Translated[],
  reading: Reading,
  seen?: readonly (InspectedTranslation | undefined)[],
): string {
  const lines = all.map(({ hypothesis, text }, n): TranslationLine => {
    const one = seen?.[n];
    return {
      line: pairs.lines[n],
      source: pairs.source.texts[n],
      reference: pairs.target.texts[n],
      translation: text,
      score: hypothesis?.score ?? null,
      bleu: sentenceBleu(text, pairs.target.texts[n], { tokenize: 'none', lowercase: true }).score,
      ...(one && { entropy: meanOf(one.entropies) }),
    };
  });
  for (const n of chosen(lines, pairs)) {
    const [one, hypothesis] = [seen?.[n], all[n].hypothesis];
    if (!one || !hypothesis) continue;
    const piecesOf = (by: Reading['source'], tokens: Int32Array, ended: boolean) => [
      ...Array.from(tokens, (token) => by.pieces[token]),
      ...(ended ? ['</s>'] : []),
    ];
    lines[n].attention = {
      source: piecesOf(reading.source, pairs.source.encoded[n], true),
      target: piecesOf(reading.target, hypothesis.tokens, hypothesis.ended),
      weights: one.attention.map((row) => Array.from(row, (weight) => Math.round(1e4 * weight) / 1e4)),
    };
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The lines of a run's file; undefined where it has none yet. Throws DataError for a file that is broken. */
export function readTranslations(directory: string): TranslationLine[] | undefined {
  const file = path.join(directory, translationsFile);
  if (!existsSync(file)) return undefined;
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
  const lines = content.split('\n').filter((line) => line !== '');
  return lines.map((line, n) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (error) {
      throw new DataError(`${file}: line ${n + 1} holds no translation; evaluate the test of the run again`, {
        cause: error,
      });
    }
  });
}

// --- internal ---

/** Sentences whose attention is kept. */
const mostMaps = 8;
/** Pieces of a source that is worth a map: a longer one is hard to read. */
const [fewest, most] = [6, 25];

/** Numbers of sentences of readable length, spread from the best to the worst. */
function chosen(lines: readonly TranslationLine[], pairs: Pairs): number[] {
  const all = Array.from(lines.keys()).filter((n) => lines[n].entropy !== undefined);
  const fitting = all.filter((n) => {
    const { length } = pairs.source.encoded[n];
    return length >= fewest && length <= most;
  });
  const order = (fitting.length > 0 ? fitting : all).sort((a, b) => lines[b].bleu - lines[a].bleu || a - b);
  const count = Math.min(mostMaps, order.length);
  return Array.from({ length: count }, (_, k) =>
    count === 1 ? order[0] : order[Math.round((k * (order.length - 1)) / (count - 1))],
  );
}

const texts = z.array(z.string());
const schema: z.ZodType<TranslationLine> = z.strictObject({
  ...{ line: z.int().min(1), source: z.string(), reference: z.string(), translation: z.string() },
  ...{ score: z.number().nullable(), bleu: z.number(), entropy: z.number().optional() },
  attention: z
    .strictObject({ source: texts, target: texts, weights: z.array(z.array(z.number())) })
    .optional(),
});
