/** Sequences side by side, of like length, padded behind. */
import { padSteps, padWords } from 'lethe';
import type { Batch } from './model.ts';
import type { Sequence } from './types.ts';

/** Pads sequences; `targets` are those of each. */
export function batchOf(sequences: readonly Sequence[], targets: Float64Array): Batch {
  if (sequences[0] instanceof Int32Array) return { ...padWords(sequences as Int32Array[]), targets };
  const steps = (sequences as Exclude<Sequence, Int32Array>[]).map(({ width, values }) =>
    Array.from({ length: values.length / width }, (_, t) => values.subarray(t * width, (t + 1) * width)),
  );
  return { ...padSteps(steps), targets };
}
