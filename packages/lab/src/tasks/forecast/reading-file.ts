/** `reading.json`: how a run's series are read and brought to one size, kept with it, so that new ones mean the same to its weights. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { z } from 'zod';
import type { SeriesLayout } from '../../data/tables/series-types.ts';
import type { Covariates, ForecastData } from './data/types.ts';

/** Its name in the run directory. */
export const readingFile = 'reading.json';

/** What other series are read by. */
export interface Reading {
  layout: SeriesLayout;
  covariates: Covariates;
  /** values that a series needs before a forecast */
  history: number;
}

/** How data were read. */
export function readingOf({ layout, covariates, periods }: ForecastData): Reading {
  return { layout, covariates, history: periods.history };
}

/** The content of the file. */
export function writeReading(reading: Reading): string {
  return `${JSON.stringify({ format: 1, ...reading })}\n`;
}

/** Reads that of a run; undefined where one made before the file was kept has none. Throws DataError when the file is broken. */
export function readReading(directory: string): Reading | undefined {
  const file = path.join(directory, readingFile);
  if (!fs.existsSync(file)) return undefined;
  try {
    const { format: _, ...reading } = schema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return reading as Reading;
  } catch (error) {
    throw new DataError(`${file} holds no reading of series of format 1`, { cause: error });
  }
}

// --- internal ---

const moments = { name: z.string(), mean: z.number(), deviation: z.number().positive() };

const schema = z.strictObject({
  format: z.literal(1),
  layout: z.strictObject({
    form: z.enum(['long', 'wide', 'rows', 'tsf']),
    id: z.string().optional(),
    time: z.string().optional(),
    target: z.string().optional(),
    columns: z.array(z.string()).optional(),
    known: z.array(z.string()),
    statics: z.array(z.string()),
    frequency: z.strictObject({
      name: z.string(),
      unit: z.enum(['millisecond', 'business day', 'month', 'none']),
      count: z.number(),
      season: z.number(),
      monthEnd: z.boolean().optional(),
    }),
    timeFormat: z.string().optional(),
  }),
  covariates: z.strictObject({
    known: z.array(z.strictObject(moments)),
    statics: z.array(
      z.union([z.strictObject({ name: z.string(), words: z.array(z.string()) }), z.strictObject(moments)]),
    ),
  }),
  history: z.number().int().nonnegative(),
});
