/** `reading.json`: how a run's series are read and brought to one size, kept with it, so that new ones mean the same to its weights. */
import { z } from 'zod';
import type { SeriesLayout } from '../../data/tables/series-types.ts';
import { keptJson } from '../../runs/kept-json.ts';
import type { Covariates, ForecastData } from './data/types.ts';

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

const moments = { name: z.string(), mean: z.number(), deviation: z.number().positive() };

const schema: z.ZodType<Reading, Reading> = z.strictObject({
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

/** The file; runs made before it was kept have none. */
export const keptReading = keptJson('reading.json', 'reading of series', schema);
