/** `reading.json`: how a run's files are read, kept with it, so that new ones mean the same to its weights. */
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError, DataError } from 'lethe';
import { z } from 'zod';
import type { Reading } from './types.ts';

/** Its name in the run directory. */
export const readingFile = 'reading.json';

/** The content of the file. */
export function writeReading(reading: Reading): string {
  return `${JSON.stringify({ format: 1, ...reading })}\n`;
}

/** Reads that of a run. Throws ConfigError when it has none, DataError when the file is broken. */
export function readReading(directory: string): Reading {
  const file = path.join(directory, readingFile);
  if (!fs.existsSync(file)) {
    throw new ConfigError(`${directory}: expected ${readingFile}, found none; the run is not complete`);
  }
  try {
    const { format: _, ...reading } = schema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return reading as Reading;
  } catch (error) {
    throw new DataError(`${file} holds no reading of format 1`, { cause: error });
  }
}

/** Throws ConfigError unless a run reads files as other data were read: its weights would mean something else. */
export function requireSameReading(directory: string, reading: Reading): void {
  const then = readReading(directory);
  // As a file would have it; keys in any order: a schema gives them in its own.
  const now = JSON.parse(writeReading(reading)) as Reading;
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

// --- internal ---

const spread = { mean: z.number(), deviation: z.number().positive() };

const schema = z.strictObject({
  format: z.literal(1),
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
