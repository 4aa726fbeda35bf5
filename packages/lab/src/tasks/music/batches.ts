/**
 * From pieces to tensors of piano rolls, [time, batch, 88]: the input is a frame, the target the frame after
 * it. Training chunks of different length are filled up with zeros in front and evaluation windows behind;
 * `start`, `stop` and `stepMask` say what counts.
 */
import { Tensor, zeros } from 'lethe';
import { largest } from '../../common/extremes.ts';
import { keys, lowestNote } from './data/piano-roll.ts';

/** A piece or a part of one: ascending MIDI notes per time step. */
export interface Frames {
  frames: readonly (readonly number[])[];
}

/** A minibatch; its tensors live in the current scope. */
export interface Batch {
  /** T */
  steps: number;
  /** B */
  rows: number;
  /** [T, B, 88] */
  x: Tensor;
  /** [T, B, 88] */
  targets: Tensor;
  /** [B], first step of each row that counts; the state stays at its initial value before it */
  start: Int32Array;
  /** [B], the step after the last that counts */
  stop: Int32Array;
  /** [T, B], 1 where a step counts */
  stepMask: Tensor;
  /** number of steps that count */
  counted: number;
}

/**
 * A minibatch for training: chunk b ends at the last step, and what it lacks stands in front. Where `isBeginning` says that a chunk is the
 * beginning of a piece, its first frame is a target, too: of the step before its start, where the state is the initial one.
 */
export function trainingBatch<C extends Frames>(
  chunks: readonly C[],
  isBeginning: (chunk: C) => boolean = () => false,
): Batch {
  const lengths = chunks.map((chunk) => chunk.frames.length - 1);
  const leads = chunks.map((chunk) => (isBeginning(chunk) ? 1 : 0));
  const steps = largest(lengths.map((length, b) => length + leads[b]));
  const batch = fill(
    chunks,
    steps,
    lengths.map((length) => steps - length),
    chunks.map(() => steps),
    chunks.map(() => 0),
  );
  for (const [b, lead] of leads.entries()) if (lead === 1) expectFirst(batch, b, chunks[b]);
  return batch;
}

/** The first frame of every piece, which no frame stands before: the state is the initial one. */
export function firstFrames(pieces: readonly Frames[]): Batch {
  const none = pieces.map(() => 0);
  const ones = pieces.map(() => 1);
  const batch = fill(pieces, 1, ones, ones, none);
  for (const [b, piece] of pieces.entries()) expectFirst(batch, b, piece);
  return batch;
}

/** Frames `at` … `at + window` of every piece, for evaluation; a piece that ends sooner stops sooner. */
export function windowBatch(pieces: readonly Frames[], at: number, window: number): Batch {
  const stops = pieces.map((piece) => Math.min(window, Math.max(0, piece.frames.length - 1 - at)));
  const steps = largest(stops);
  return fill(
    pieces,
    steps,
    pieces.map(() => 0),
    stops,
    pieces.map(() => at),
  );
}

/** One frame as an input, [1, 1, 88]. */
export function frameTensor(frame: readonly number[]): Tensor {
  const data = zeros([keys]).data;
  for (const note of frame) data[note - lowestNote] = 1;
  return new Tensor([1, 1, keys], data);
}

// --- internal ---

/** Makes the first frame the target of the step before the start of row b. */
function expectFirst(batch: Batch, b: number, { frames }: Frames): void {
  const place = (batch.start[b] - 1) * batch.rows + b;
  for (const note of frames[0]) batch.targets.data[place * keys + note - lowestNote] = 1;
  batch.stepMask.data[place] = 1;
  batch.counted++;
}

/** Row b takes from its source frame `first[b]` on, at the steps `starts[b]` to `stops[b]`. */
function fill(
  sources: readonly Frames[],
  steps: number,
  starts: readonly number[],
  stops: readonly number[],
  first: readonly number[],
): Batch {
  const rows = sources.length;
  const x = zeros([steps * rows * keys]).data;
  const targets = zeros([steps * rows * keys]).data;
  const stepMask = zeros([steps * rows]).data;
  let counted = 0;
  for (let b = 0; b < rows; b++) {
    const { frames } = sources[b];
    for (let t = starts[b]; t < stops[b]; t++) {
      const at = first[b] + t - starts[b];
      const place = t * rows + b;
      for (const note of frames[at]) x[place * keys + note - lowestNote] = 1;
      for (const note of frames[at + 1]) targets[place * keys + note - lowestNote] = 1;
      stepMask[place] = 1;
    }
    counted += stops[b] - starts[b];
  }
  return {
    steps,
    rows,
    x: new Tensor([steps, rows, keys], x),
    targets: new Tensor([steps, rows, keys], targets),
    start: Int32Array.from(starts),
    stop: Int32Array.from(stops),
    stepMask: new Tensor([steps, rows], stepMask),
    counted,
  };
}
