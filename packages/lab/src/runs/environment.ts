/** What a run ran on and with: written once to `environment.json`, read by people and by `resume`. */
import { createHash } from 'node:crypto';
import os from 'node:os';
import { dtype, kernels } from 'lethe/internal';
import type { MusicData, Piece } from '../data/music/dataset.ts';

/** Which data a run was trained on. */
export interface DataIdentity {
  name: string;
  source: string;
  stepsPerQuarter: number;
  /** pieces and frames of each split */
  splits: Record<'train' | 'valid' | 'test', { pieces: number; frames: number }>;
  /** sha256 over all frames of all splits */
  sha256: string;
}

/** The content of `environment.json`. */
export interface Environment {
  format: 1;
  created: string;
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  engine: string;
  isa: string;
  threads: number;
  /** number type of the process */
  dtype: 'f32' | 'f64';
  data: DataIdentity;
}

/** Describes this process and the data that it trains on. */
export function environment(data: MusicData): Environment {
  const engine = kernels();
  const cores = os.cpus();
  return {
    format: 1,
    created: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    engine: engine.engine,
    isa: engine.isa,
    threads: engine.threads(),
    dtype,
    data: identify(data),
  };
}

/** Name, counts and checksum of a data set. */
export function identify(data: MusicData): DataIdentity {
  const hash = createHash('sha256');
  const splits = {} as DataIdentity['splits'];
  for (const split of ['train', 'valid', 'test'] as const) {
    const pieces = data.splits[split];
    hash.update(`${split} ${pieces.length}\n`);
    for (const piece of pieces) hash.update(`${JSON.stringify(piece.frames)}\n`);
    splits[split] = { pieces: pieces.length, frames: countFrames(pieces) };
  }
  const { name, source, stepsPerQuarter } = data;
  return { name, source, stepsPerQuarter, splits, sha256: hash.digest('hex') };
}

// --- internal ---

function countFrames(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.frames.length, 0);
}
