/**
 * The embedded corpus: traditional, public-domain tunes in ABC (corpus/ at the root of the repository, or inside the
 * published package), always there and the same. Melodies lie above middle C, their chord symbols sound below as
 * sustained chords, as in the Nottingham data set; every tune is transposed to C major or C minor.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from 'lethe';
import { corpusDirectory } from '../../../data/corpus.ts';
import { type AbcTune, type Chord, readAbc, TICKS_PER_QUARTER } from '../../../data/formats/abc.ts';
import type { MusicData, Piece } from './types.ts';

/** A tune of the corpus, with its file and the split it belongs to. */
export interface FolkTune {
  file: string;
  split: 'train' | 'valid' | 'test';
  tune: AbcTune;
}

const STEPS_PER_QUARTER = 2;
/** The lowest note of a melody lies in the octave from here. */
const MELODY_FROM = 60;
/** The root of a chord lies in the octave from here. */
const ROOT_FROM = 43;

/**
 * Reads all tunes of a corpus folder in the order of their file names. A tune's split hangs on its reference number
 * (X:) alone, so that a new tune moves no other: remainder 3 of 7 is for validation, 0 for the test, the rest for training.
 * @throws DataError for a broken tune, a bar that does not add up, a number used twice, a folder without tunes
 */
export function readCorpus(directory: string = corpusDirectory()): FolkTune[] {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.abc'))
    .sort();
  const owners = new Map<number, string>();
  const tunes = files.flatMap((file) =>
    readAbc(readFileSync(join(directory, file), 'utf8'), { name: file, strict: true }).map((tune) => {
      const owner = owners.get(tune.number);
      if (owner !== undefined) {
        throw new DataError(
          `folk: ${file} has the number X:${tune.number} of ${owner}; give it one of its own`,
        );
      }
      owners.set(tune.number, file);
      return { file, split: splitOf(tune.number), tune };
    }),
  );
  if (tunes.length === 0) throw new DataError(`folk: expected .abc files in ${directory}, found none`);
  return tunes;
}

/**
 * The embedded corpus as music data, sampled at eighth notes. Nothing random enters it.
 * @throws DataError where the corpus is not there or broken
 */
export function loadFolk(directory?: string): MusicData {
  const tunes = readCorpus(directory);
  const pieces = (split: FolkTune['split']) =>
    tunes.filter((tune) => tune.split === split).map(({ file, tune }) => toPiece(tune, file));
  return {
    name: 'folk',
    source: `the embedded corpus: ${tunes.length} traditional tunes, transposed to C, sampled at eighth notes`,
    stepsPerQuarter: STEPS_PER_QUARTER,
    splits: { train: pieces('train'), valid: pieces('valid'), test: pieces('test') },
  };
}

/**
 * A tune as a piece: transposed to C, its lowest melody note in 60..71, each chord symbol held until the next with
 * its root in 43..54. A frame holds what sounds at its beginning.
 * @throws DataError for a chord symbol that is no chord
 */
export function toPiece(tune: AbcTune, file: string): Piece {
  const step = TICKS_PER_QUARTER / STEPS_PER_QUARTER;
  const frames: Set<number>[] = Array.from({ length: Math.ceil(tune.duration / step) }, () => new Set());
  const sound = (pitch: number, start: number, end: number) => {
    for (let t = Math.ceil(start / step); t * step < end; t++) frames[t].add(pitch);
  };
  const lowest = tune.notes.reduce((least, note) => Math.min(least, note.pitch), Number.POSITIVE_INFINITY);
  const toC = -tune.key.tonic;
  const shift = toC + MELODY_FROM + mod12(lowest + toC) - (lowest + toC);
  for (const note of tune.notes) sound(note.pitch + shift, note.start, note.start + note.duration);
  for (const [i, { start, text, chord }] of tune.chords.entries()) {
    if (chord === undefined)
      throw new DataError(`folk: ${file} has an unknown chord "${text}"; write one such as "G" or "Am7"`);
    const end = tune.chords[i + 1]?.start ?? tune.duration;
    for (const pitch of voicing(chord, toC)) sound(pitch, start, end);
  }
  return { name: tune.titles[0], frames: frames.map((frame) => [...frame].sort((a, b) => a - b)) };
}

/** MIDI numbers of a chord in close position, root in 43..54, a written bass below it. */
export function voicing(chord: Chord, transpose: number): number[] {
  const root = ROOT_FROM + mod12(chord.root + transpose - ROOT_FROM);
  const pitches = chord.intervals.map((interval) => root + interval);
  if (chord.bass !== undefined) pitches.push(root - mod12(chord.root - chord.bass));
  return pitches;
}

// --- internal ---

const mod12 = (n: number) => ((n % 12) + 12) % 12;

function splitOf(number: number): FolkTune['split'] {
  return number % 7 === 3 ? 'valid' : number % 7 === 0 ? 'test' : 'train';
}
