/** Draws of a model's noise at evaluation: how many, from which streams, side by side as rows or one after another. */
import { ConfigError, NoiseStream, sharesMasks, streamOfCopies, streamOfDraw } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import type { DrawMode, Draws } from '../../runs/task.ts';

/** The draws that a method's test-time rule averages, if it does (DropConnect's Gaussian inference). */
export function testDraws({ modes: { samples, test } }: Regularizer): Draws | undefined {
  return samples && (test === 'sample' || test === 'gaussian') ? { samples, mode: test } : undefined;
}

/**
 * How the noise of a method is drawn, as MC dropout does: as in training, and where training integrates it by the masks that are
 * integrated, or where the integral departs from them (`slope`, `recurrentMean`) by its Gaussian pre-activations. Undefined for a method
 * without noise.
 */
export function drawMode({
  noise,
  weightNoise,
  modes: { train },
  moments,
}: Regularizer): DrawMode | undefined {
  if (!weightNoise && noise.every(({ rate }) => rate === 0)) return undefined;
  if (train === 'sample' || train === 'gaussian') return train;
  if (train === 'mean') return undefined;
  const departs = (moments?.slope ?? 1) !== 1 || moments?.recurrentMean === 'rate';
  return departs && !weightNoise ? 'gaussian' : 'sample';
}

/** How the noise of a method is drawn. Throws ConfigError for a method without noise. */
export function checkDraws(regularizer: Regularizer): DrawMode {
  const mode = drawMode(regularizer);
  if (mode) return mode;
  throw new ConfigError(
    `mc: expected a method that draws, found ${regularizer.name} (${regularizer.modes.train}); train with one, such as variational`,
  );
}

/** The draws of a text in windows, as runs of one draw each or one run of all draws as rows. */
export interface DrawnRuns {
  /** draws in a run: copies of the rows, sample by sample */
  copies: number;
  runs: number;
  /** the stream of a run for a window that begins at step `from` of the text */
  stream(from: number, run: number): NoiseStream;
}

/** The runs of `rows` streams of text: where every row has draws of its own, all draws run side by side. */
export function drawnRuns(
  regularizer: Regularizer,
  { samples, seed = 1, trained = Number.POSITIVE_INFINITY }: Draws,
  rows: number,
): DrawnRuns {
  const copies = sharesMasks(regularizer) ? 1 : samples;
  const noise = new NoiseStream(seed).trained(trained);
  return {
    copies,
    runs: samples / copies,
    stream: (from, run) =>
      copies > 1 ? streamOfCopies(noise.from(from), copies, rows) : streamOfDraw(noise.from(from), run),
  };
}
