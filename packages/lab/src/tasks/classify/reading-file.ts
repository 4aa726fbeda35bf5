/** `reading.json`: how a run's files are read, kept with it, so that new ones mean the same to its weights. */
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from 'lethe';
import { z } from 'zod';
import { keptJson } from '../../runs/kept-json.ts';
import type { Reading } from './types.ts';

const spread = { mean: z.number(), deviation: z.number().positive() };

const schema: z.ZodType<Reading, Reading> = z.strictObject({
  layout: z.strictObject({
    input: z.enum(['text', 'steps']),
    label: z.string(),
    target: z.enum(['class', 'rating']),
    classes: z.array(z.string()).optional(),
    text: z.string().optional(),
    id: z.string().optional(),
    time: z.string().optional(),
    rows: z.boolean().optional(),
    columns: z.array(z.string()).optional(),
    static: z.array(z.string()).optional(),
  }),
  tokens: z
    .strictObject({
      level: z.enum(['word', 'char']),
      tokenizer: z.enum(['whitespace', 'prose']),
      words: z.array(z.string()).min(1),
      segment: z.number().nullable(),
    })
    .optional(),
  features: z.array(z.strictObject({ name: z.string(), ...spread, masked: z.boolean() })).optional(),
  rating: z.strictObject(spread).optional(),
});

/** The file. */
export const keptReading = keptJson('reading.json', 'reading', schema);

/** Throws ConfigError unless a run reads files as other data were read: its weights would mean something else. */
export function requireSameReading(directory: string, reading: Reading): void {
  const then = keptReading.required(directory);
  // As a file would have it; keys in any order: a schema gives them in its own.
  const now = JSON.parse(JSON.stringify(reading)) as Reading;
  const differ = (['tokens', 'features', 'rating', 'layout'] as const).filter(
    (part) => !isDeepStrictEqual(then[part], now[part]),
  );
  if (differ.length === 0) return;
  const words = {
    tokens: 'another vocabulary',
    features: 'other columns of numbers',
    rating: 'other ratings',
    layout: 'other columns or classes',
  };
  throw new ConfigError(
    `${directory}: expected the data that it was trained on, found ${differ.map((part) => words[part]).join(' and ')}; take that data`,
  );
}
