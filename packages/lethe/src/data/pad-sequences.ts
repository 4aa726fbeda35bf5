/** Sequences of different lengths as one batch, padded behind. */
import { checkArray, checkWhole } from '../checks.ts';
import { ConfigError, DataError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumbers } from '../options.ts';
import { allocate } from '../tensor/scratch.ts';
import { checkShape, Tensor } from '../tensor/tensor.ts';
import type { Tokens } from '../uncertainty/mc-checks.ts';

/** A batch of sequences with the steps of each that count: `stop` of a recurrent layer. */
export interface Padded<X> {
  x: X;
  /** [batch] */
  lengths: Int32Array;
}

/**
 * Words of several sequences, step by step: word t of sequence b stands at t * batch + b; behind its end 0.
 * @param sequences numbers of words, each sequence of any length above 0
 * @throws ConfigError for what are no words; ShapeError for none, or an empty sequence
 */
export function padWords(sequences: readonly ArrayLike<number>[]): Padded<Tokens> {
  const lengths = lengthsOf('padWords', sequences);
  const batch = sequences.length;
  const words = new Int32Array(longest(lengths) * batch);
  for (const [b, sequence] of sequences.entries()) {
    checkNumbers('padWords', `sequences[${b}]`, sequence);
    for (let t = 0; t < sequence.length; t++) {
      if (!Number.isInteger(sequence[t]) || sequence[t] < 0 || sequence[t] > largestWord) {
        throw new DataError(
          `padWords: expected numbers of words, whole and from 0 to ${largestWord}, got ${sequence[t]} at step ${t} of sequence ${b}`,
        );
      }
      words[t * batch + b] = sequence[t];
    }
  }
  return { x: { words, batch }, lengths };
}

/**
 * Steps of several sequences as [time, batch, features]; behind a sequence's end zeros.
 * @param sequences each an array of steps, each step an array of features
 * @throws ConfigError for what are no numbers; ShapeError for none, an empty sequence, or steps that differ in features
 */
export function padSteps(sequences: readonly (readonly ArrayLike<number>[])[]): Padded<Tensor> {
  const lengths = lengthsOf('padSteps', sequences);
  const [T, B] = [longest(lengths), sequences.length];
  checkArray('padSteps', 'sequences[0]', sequences[0], 'steps, each an array of features');
  checkNumbers('padSteps', 'sequences[0][0]', sequences[0][0]);
  const n = sequences[0][0].length;
  const x = new Tensor([T, B, n], allocate(checkShape('padSteps', [T, B, n])).fill(0));
  for (const [b, sequence] of sequences.entries()) {
    checkArray('padSteps', `sequences[${b}]`, sequence, 'steps, each an array of features');
    for (const [t, step] of sequence.entries()) {
      checkNumbers('padSteps', `sequences[${b}][${t}]`, step);
      if (step.length !== n) {
        throw new ShapeError(
          `padSteps: expected ${n} features in every step, got ${step.length} at step ${t} of sequence ${b}`,
        );
      }
      for (let i = 0; i < n; i++) x.data[(t * B + b) * n + i] = step[i];
    }
  }
  return { x, lengths };
}

/**
 * 1 at steps that count, 0 behind: the step mask of losses over [time, batch].
 * @param lengths [batch], whole numbers from 0 to `steps`
 * @param steps of the batch. @defaultValue the longest
 * @throws ConfigError for lengths that are none; ShapeError for one beyond the steps
 */
export function stepMaskOf(lengths: ArrayLike<number>, steps?: number): Tensor {
  checkNumbers('stepMaskOf', 'lengths', lengths);
  const time = steps ?? longest(lengths);
  checkWhole('stepMaskOf', 'time', time);
  const B = lengths.length;
  for (let b = 0; b < B; b++) {
    checkWhole('stepMaskOf', `lengths[${b}]`, lengths[b]);
    if (lengths[b] > time) {
      throw new ShapeError(
        `stepMaskOf: expected lengths of at most ${time} steps, got ${lengths[b]} of row ${b}`,
      );
    }
  }
  const mask = new Tensor([time, B], allocate(checkShape('stepMaskOf', [time, B])));
  for (let t = 0; t < time; t++) for (let b = 0; b < B; b++) mask.data[t * B + b] = t < lengths[b] ? 1 : 0;
  return mask;
}

// --- internal ---

/** Words are kept in an Int32Array, which would count larger numbers round. */
const largestWord = 2 ** 31 - 1;

function lengthsOf(where: string, sequences: readonly ArrayLike<unknown>[]): Int32Array {
  checkArray(where, 'sequences', sequences, 'sequences');
  if (sequences.length === 0) throw new ShapeError(`${where}: expected at least one sequence, got none`);
  return Int32Array.from(sequences, (sequence, b) => {
    if (!Array.isArray(sequence) && !ArrayBuffer.isView(sequence)) {
      throw new ConfigError(`${where}: expected sequences[${b}] to be an array, got ${found(sequence)}`);
    }
    const { length } = sequence as ArrayLike<unknown>;
    if (length > 0) return length;
    throw new ShapeError(`${where}: expected at least one step in every sequence, got none in sequence ${b}`);
  });
}

function longest(lengths: ArrayLike<number>): number {
  let most = 0;
  for (let b = 0; b < lengths.length; b++) most = Math.max(most, lengths[b]);
  return most;
}
