/**
 * Music from a model: every frame is drawn note by note from the Bernoulli probabilities that the model gives
 * it, and becomes the next input; the state is carried from step to step. Where the test-time rule of the method draws noise, the
 * probabilities are means over draws that live for the whole piece.
 */
import { ConfigError, keepState, mcDropout, NoiseStream, type RecurrentState, scoped } from 'lethe';
import { isGaussian } from 'lethe/moments';
import type { Draws } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import { frameTensor } from './batches.ts';
import type { Piece } from './data/dataset.ts';
import { keys, lowestNote } from './data/piano-roll.ts';
import type { MusicModel, MusicState } from './model.ts';

/** What to sample. */
export interface PieceOptions {
  /** of the random numbers; the same seed gives the same piece */
  seed?: number;
  /** frames to draw */
  length: number;
  /** divides the log-odds of every note: below 1 surer, above 1 wilder; default 1 */
  temperature?: number;
  /** a piece whose beginning the model hears first, and which stands at the beginning of the result */
  prime?: Piece | null;
  /** frames taken from `prime`; default: all */
  primeFrames?: number;
}

/**
 * Draws a piece. From nothing, the model hears one silent frame first, which is not part of the result.
 * Throws ConfigError for a length, temperature or number of frames that cannot be.
 */
export function samplePiece(model: MusicModel, options: PieceOptions): Piece {
  const { seed = 1, length, temperature = 1, prime = null } = options;
  if (!(temperature > 0) || !Number.isFinite(temperature)) {
    throw new ConfigError(
      `sample: temperature expects a number above 0, found ${temperature}${temperature === 0 ? '; .01 sounds a note where that is more probable than not' : ''}`,
    );
  }
  if (!Number.isInteger(length) || length < 1) {
    throw new ConfigError(`sample: length expects a whole number of frames of at least 1, found ${length}`);
  }
  const start = prime ? primingFrames(prime, options.primeFrames) : [];
  const stream = new NoiseStream(seed);
  const frames = [...start];
  const heard = start.length > 0 ? start : [[]];
  const draws = testDraws(model.regularizer);
  const hear = draws ? drawing(model, draws, stream) : plain(model);
  let logits = heard.reduce<number[]>((_, frame) => hear(frame), []);
  for (let i = 0; i < length; i++) {
    const frame = draw(logits, temperature, stream.at(i));
    frames.push(frame);
    if (i + 1 < length) logits = hear(frame);
  }
  return { frames };
}

// --- internal ---

/** The model hears a frame; the log-odds of the notes that may follow. */
type Hear = (frame: readonly number[]) => number[];

function primingFrames(prime: Piece, count: number | undefined): number[][] {
  const wanted = count ?? prime.frames.length;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > prime.frames.length) {
    throw new ConfigError(
      `sample: priming takes 1 to ${prime.frames.length} frames from this piece, found ${wanted}`,
    );
  }
  return prime.frames.slice(0, wanted);
}

/** The test-time network. */
function plain(model: MusicModel): Hear {
  let before: MusicState | undefined;
  return (frame) =>
    scoped(() => {
      const { output, state } = model.forward(frameTensor(frame), { state: before });
      before = state.map(keepState);
      if (!isGaussian(output)) return output.toArray();
      // The probability of a Gaussian logit is logistic(mean / sqrt(1 + pi/8 variance)), as in the loss.
      const { mean, variance } = output;
      return Array.from(mean.data, (mu, k) => mu / Math.sqrt(1 + (Math.PI / 8) * variance.data[k]));
    });
}

/** Draws of the noise, probabilities averaged. */
function drawing(model: MusicModel, { samples, mode }: Draws, stream: NoiseStream): Hear {
  let states: readonly (readonly RecurrentState[])[] | undefined;
  let position = 0;
  return (frame) =>
    scoped(() => {
      const { logProbabilities, logComplements, ...heard } = mcDropout(
        (x, noise, state) => model.forward(x, { state, noise, mode }),
        model.regularizer,
        frameTensor(frame),
        stream.from(position++),
        { samples, mode, distribution: 'bernoulli' },
        states,
      );
      states = heard.states;
      return Array.from(logProbabilities, (logOne, k) => logOne - logComplements![k]);
    });
}

function draw(logits: readonly number[], temperature: number, stream: NoiseStream): number[] {
  const uniform = stream.uniforms({ site: 'sample' }, keys);
  const frame: number[] = [];
  for (let k = 0; k < keys; k++) {
    const probability = 1 / (1 + Math.exp(-logits[k] / temperature));
    if (uniform[k] < probability) frame.push(lowestNote + k);
  }
  return frame;
}
