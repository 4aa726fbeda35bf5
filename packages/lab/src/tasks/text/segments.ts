/**
 * A text as streams side by side: the tokens are cut into as many stretches of equal length as there are rows in a
 * minibatch, and a training segment is the next few tokens of each. What does not fill a whole row is left over, at the
 * end of the text.
 */
import type { NoiseStream } from 'lethe';
import { largest } from '../../common/extremes.ts';
import type { TextConfig } from './config.ts';
import type { TokenSource } from './data/types.ts';
import type { Window } from './model.ts';

/** Steps `from` to `from + steps` of every stream. */
export interface Segment {
  from: number;
  steps: number;
}

/** Rows of a text that continue from window to window. */
export interface Streams {
  readonly rows: number;
  /** tokens of a row that have a successor in it, and so are inputs */
  readonly length: number;
  /** Words and targets of the segment, step by step. */
  window(segment: Segment): Window;
}

/** Cuts a text into `rows` streams for training. Each row's last token is a target alone. */
export function trainingStreams(source: TokenSource, rows: number): Streams {
  const whole = Math.floor(source.length / rows);
  return streamsAt(
    source,
    Array.from({ length: rows }, (_, b) => b * whole),
    Math.max(0, whole - 1),
  );
}

/** The segments of an epoch over rows of `length` inputs; random lengths are drawn from the stream at the epoch. */
export function segmentsOf(
  length: number,
  { steps, lengths, longest }: TextConfig['training'],
  noise: NoiseStream,
): Segment[] {
  const segments: Segment[] = [];
  if (lengths === 'fixed') {
    for (let from = 0; from < length; from += steps)
      segments.push({ from, steps: Math.min(steps, length - from) });
    return segments;
  }
  const limit = longest ?? steps + 20;
  // No segment is shorter, but the last.
  const most = Math.ceil(length / Math.min(limit, shortest)) + 1;
  const isHalf = noise.uniforms({ site: 'order', entry: 1 }, most).slice();
  const normal = noise.normals({ site: 'order', entry: 2 }, most).slice();
  for (let from = 0, i = 0; from < length; i++) {
    const base = isHalf[i] < 0.05 ? steps / 2 : steps;
    const drawn = Math.min(limit, Math.max(shortest, Math.trunc(base + 5 * normal[i])));
    segments.push({ from, steps: Math.min(drawn, length - from) });
    from += drawn;
  }
  return segments;
}

/**
 * Cuts a text into at most `rows` streams for evaluation, so that every token but the first is predicted exactly once:
 * the last token of a stream is the first of the next.
 */
export function evaluationStreams(source: TokenSource, rows: number): Streams & { stops: Int32Array } {
  const predicted = Math.max(0, source.length - 1);
  const count = Math.max(1, Math.min(rows, predicted));
  const starts = Array.from({ length: count + 1 }, (_, b) => Math.floor((predicted * b) / count));
  const stops = Int32Array.from({ length: count }, (_, b) => starts[b + 1] - starts[b]);
  const streams = streamsAt(source, starts.slice(0, count), largest(stops), stops);
  return { ...streams, stops };
}

// --- internal ---

/** Merity et al. (2017) keep no segment below it, unless the longest is. */
const shortest = 5;

function streamsAt(
  source: TokenSource,
  starts: readonly number[],
  length: number,
  stops?: Int32Array,
): Streams {
  const rows = starts.length;
  return {
    rows,
    length,
    window({ from, steps }) {
      const words = new Int32Array(steps * rows);
      const targets = new Int32Array(steps * rows);
      let stepMask: Float32Array | undefined;
      const row = new Int32Array(steps + 1);
      for (let b = 0; b < rows; b++) {
        const here = stops ? Math.min(steps, Math.max(0, stops[b] - from)) : steps;
        if (here > 0) source.read(starts[b] + from, row, 0, here + 1);
        for (let t = 0; t < here; t++) {
          words[t * rows + b] = row[t];
          targets[t * rows + b] = row[t + 1];
        }
        if (here === steps) continue;
        stepMask ??= new Float32Array(steps * rows).fill(1);
        for (let t = here; t < steps; t++) stepMask[t * rows + b] = 0;
      }
      return { words, targets, batch: rows, stepMask };
    },
  };
}
