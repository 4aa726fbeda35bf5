/** `chords.json`: what the chords of a run's data are like, kept for reports that set its samples beside them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { z } from 'zod';
import { type ChordStats, chordStats } from './data/chords.ts';
import type { MusicData } from './data/dataset.ts';

/** Its name in the run directory. */
export const chordsFile = 'chords.json';

/** The chords of two splits of a data set. */
export interface DataChords {
  data: string;
  train: ChordStats;
  test: ChordStats;
}

/** The content of the file. */
export function writeChords({ name, splits }: MusicData): string {
  const { train, test } = splits;
  return `${JSON.stringify({ format: 1, data: name, train: chordStats(train), test: chordStats(test) })}\n`;
}

/** Reads that of a run; undefined where it has none, being young or old. Throws DataError for a file that is broken. */
export function readChords(directory: string): DataChords | undefined {
  const file = path.join(directory, chordsFile);
  if (!existsSync(file)) return undefined;
  try {
    const { format: _, ...chords } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return chords;
  } catch (error) {
    throw new DataError(`${file} holds no chords of format 1`, { cause: error });
  }
}

// --- internal ---

const stats = z.strictObject({
  frames: z.number(),
  notes: z.number(),
  sizes: z.array(z.number()).length(7),
  intervals: z.array(z.number()).length(12),
  repeated: z.number(),
  held: z.number(),
});

const schema = z.strictObject({ format: z.literal(1), data: z.string(), train: stats, test: stats });
