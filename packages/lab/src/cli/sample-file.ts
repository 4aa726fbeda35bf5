/** A piece from a run, written as a MIDI file. */
import path from 'node:path';
import { writeMidi } from '../data/formats/midi-writer.ts';
import type { MusicData, Piece } from '../data/music/dataset.ts';
import { readEnvironment, runPaths } from '../runs/run-directory.ts';
import { loadTaskData } from '../tasks/open.ts';
import type { Config } from '../training/config.ts';
import { readConfig } from '../training/run-config.ts';
import { sample } from '../training/trained.ts';
import { UsageError } from './usage.ts';
import { writeOut } from './write-out.ts';

/** What to draw and where to write it. */
export interface SampleFileOptions {
  /** default: `samples/seed-N.mid` in the run, numbered where another piece has that name */
  out?: string;
  seed: number;
  /** time steps to draw */
  length: number;
  temperature?: number;
  /** the number of the piece whose beginning the model hears first, or null for none */
  prime: number | null;
  /** where `prime` counts */
  split: 'train' | 'valid' | 'test';
  /** steps of it that are heard; default 16, or the whole piece where it is shorter */
  primeFrames?: number;
  /** the data itself; default: what the run was trained on, loaded only for priming */
  data?: MusicData;
  dataDir?: string;
  fetch?: boolean;
  log?: (line: string) => void;
}

/**
 * Draws a piece from the best weights of the run in `directory`. Throws UsageError for a piece that is not
 * there, and what reading the run, loading the data or writing the file throws.
 */
export async function sampleToFile(
  directory: string,
  options: SampleFileOptions,
): Promise<{ file: string; piece: Piece; primed: number; stepsPerQuarter?: number }> {
  const { seed, length, temperature, prime, split } = options;
  const run = runPaths(directory);
  const config = readConfig(run);
  const { data } = readEnvironment(run);
  const heard = prime === null ? null : await pieceOf(config, prime, options);
  const primed = heard ? Math.min(options.primeFrames ?? 16, heard.frames.length) : 0;
  const piece = sample(directory, {
    seed,
    length,
    temperature,
    prime: heard,
    primeFrames: heard ? primed : undefined,
  });
  const name = [`seed-${seed}`, ...(prime === null ? [] : [`${split}-${prime}`])].join('-');
  const title = `${data.name}, ${path.basename(directory)}, seed ${seed}`;
  const file = writeOut(
    { out: options.out, name: path.join(run.samples, `${name}.mid`), log: options.log },
    writeMidi(piece.frames, { stepsPerQuarter: data.stepsPerQuarter ?? 1, title }),
  );
  return { file, piece, primed, stepsPerQuarter: data.stepsPerQuarter };
}

// --- internal ---

async function pieceOf(config: Config, index: number, options: SampleFileOptions): Promise<Piece> {
  const { split, dataDir, fetch, log } = options;
  const data = options.data ?? ((await loadTaskData(config, { dataDir, fetch, log })) as MusicData);
  const pieces = data.splits[split];
  if (index < pieces.length) return pieces[index];
  throw new UsageError(
    `--prime expects the number of a piece of ${split}, from 0 to ${pieces.length - 1}, found ${index}`,
  );
}
