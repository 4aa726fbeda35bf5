/** `chords.json`: what the chords of a run's data are like, kept for reports that set its samples beside them. */
import { z } from 'zod';
import { keptJson } from '../../runs/kept-json.ts';
import { type ChordStats, chordStats } from './data/chords.ts';
import type { MusicData } from './data/dataset.ts';

/** The chords of two splits of a data set. */
export interface DataChords {
  data: string;
  train: ChordStats;
  test: ChordStats;
}

/** Those of a data set. */
export const dataChords = ({ name, splits: { train, test } }: MusicData): DataChords => ({
  data: name,
  train: chordStats(train),
  test: chordStats(test),
});

const stats: z.ZodType<ChordStats, ChordStats> = z.strictObject({
  frames: z.number(),
  notes: z.number(),
  sizes: z.array(z.number()).length(7),
  intervals: z.array(z.number()).length(12),
  repeated: z.number(),
  held: z.number(),
});

const schema: z.ZodType<DataChords, DataChords> = z.strictObject({
  data: z.string(),
  train: stats,
  test: stats,
});

/** The file; runs that are young or old have none. */
export const keptChords = keptJson('chords.json', 'chords', schema);
