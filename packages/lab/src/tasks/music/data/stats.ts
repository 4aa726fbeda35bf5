/**
 * What is in a data set, and how well models without any learning do on it: reference points for every NLL.
 *
 * All NLLs are in nats per time step, summed over 88 notes:
 *   uniform   every note a fair coin: 88 ln 2
 *   marginal  each note by its frequency, p = (steps with it + 1) / (steps + 2), fitted on train and scored on all
 *             steps of test, pooled (the "note 1-gram" of Boulanger-Lewandowski et al. 2012)
 *   markov    each note given itself one step before, p = (times on + 1) / (times + 2), fitted on train and scored
 *             from the second step of each test piece on: pooled over steps, and as the mean over pieces of
 *             their means (the two conventions of nll_per_step and nll_per_sequence_mean)
 */
import { type ChordStats, chordStats } from './chords.ts';
import { keys, lowestNote, pianoRoll } from './piano-roll.ts';
import { type MusicData, type Piece, splitNames } from './types.ts';

/** What a split holds. */
export interface SplitStats {
  sequences: number;
  steps: number;
  notes: number;
  notesPerStep: number;
  silentSteps: number;
  length: { min: number; median: number; max: number };
  lowestNote: number | null;
  highestNote: number | null;
  /** in one step */
  mostNotes: number;
  chords: ChordStats;
}

/** Counts of each split and NLLs on test; an NLL is null where there is nothing to score. */
export interface MusicStats {
  name: string;
  source: string;
  stepsPerQuarter: number;
  /** notes put on this grid, and how many of them begin beside it; absent where the data came on it */
  grid?: MusicData['grid'];
  splits: { train: SplitStats; valid: SplitStats; test: SplitStats };
  nll: {
    uniform: number;
    marginal: number | null;
    markov: { nll_per_step: number | null; nll_per_sequence_mean: number | null };
  };
}

/**
 * Counts and reference NLLs of a data set.
 * @throws DataError for a note that a piano does not have
 */
export function musicStats({ name, source, stepsPerQuarter, grid, splits }: MusicData): MusicStats {
  const { train, test } = splits;
  const counts = Object.fromEntries(splitNames.map((split) => [split, splitStats(splits[split])]));
  return {
    name,
    source,
    stepsPerQuarter,
    ...(grid && { grid }),
    splits: counts as MusicStats['splits'],
    nll: { uniform: keys * Math.LN2, marginal: marginalNll(train, test), markov: markovNll(train, test) },
  };
}

// --- internal ---

function splitStats(pieces: readonly Piece[]): SplitStats {
  const lengths = pieces.map((piece) => piece.frames.length).sort((a, b) => a - b);
  const steps = sum(lengths);
  let notes = 0;
  let silentSteps = 0;
  let mostNotes = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const { frames } of pieces) {
    for (const frame of frames) {
      notes += frame.length;
      mostNotes = Math.max(mostNotes, frame.length);
      if (frame.length === 0) {
        silentSteps++;
        continue;
      }
      lowest = Math.min(lowest, frame[0]);
      highest = Math.max(highest, frame[frame.length - 1]);
    }
  }
  return {
    sequences: pieces.length,
    steps,
    notes,
    notesPerStep: steps > 0 ? notes / steps : 0,
    silentSteps,
    length: { min: lengths[0] ?? 0, median: median(lengths), max: lengths.at(-1) ?? 0 },
    lowestNote: notes > 0 ? lowest : null,
    highestNote: notes > 0 ? highest : null,
    mostNotes,
    chords: chordStats(pieces),
  };
}

function median(sorted: readonly number[]): number {
  if (sorted.length === 0) return 0;
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function marginalNll(train: readonly Piece[], test: readonly Piece[]): number | null {
  const fitted = noteCounts(train);
  const scored = noteCounts(test);
  if (scored.steps === 0) return null;
  let nll = 0;
  for (let key = 0; key < keys; key++) {
    const p = (fitted.on[key] + 1) / (fitted.steps + 2);
    nll -= scored.on[key] * Math.log(p) + (scored.steps - scored.on[key]) * Math.log(1 - p);
  }
  return nll / scored.steps;
}

function noteCounts(pieces: readonly Piece[]): { on: Float64Array; steps: number } {
  const on = new Float64Array(keys);
  for (const { frames } of pieces) {
    for (const frame of frames) for (const note of frame) on[note - lowestNote]++;
  }
  return { on, steps: sum(pieces.map((piece) => piece.frames.length)) };
}

function markovNll(train: readonly Piece[], test: readonly Piece[]): MusicStats['nll']['markov'] {
  // Times a key followed itself, by key, state before and state after: at 4 key + 2 before + after.
  const fitted = new Float64Array(4 * keys);
  for (const piece of train) countTransitions(piece, fitted);
  const cost = fitted.map((times, at) => {
    const other = fitted[at ^ 1];
    return -Math.log((times + 1) / (times + other + 2));
  });
  const scored = test.filter((piece) => piece.frames.length > 1);
  if (scored.length === 0) return { nll_per_step: null, nll_per_sequence_mean: null };
  const sums = scored.map((piece) => {
    const seen = countTransitions(piece, new Float64Array(4 * keys));
    return seen.reduce((total, times, at) => total + times * cost[at], 0);
  });
  const steps = scored.map((piece) => piece.frames.length - 1);
  return {
    nll_per_step: sum(sums) / sum(steps),
    nll_per_sequence_mean: sum(sums.map((total, i) => total / steps[i])) / sums.length,
  };
}

function countTransitions(piece: Piece, counts: Float64Array): Float64Array {
  const roll = pianoRoll(piece);
  for (let at = keys; at < roll.length; at += keys) {
    for (let key = 0; key < keys; key++) counts[4 * key + 2 * roll[at - keys + key] + roll[at + key]]++;
  }
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
