/**
 * Music from a model: every frame is drawn note by note from the probabilities that the model gives
 * it, and becomes the next input; the state is carried from step to step. Where the test-time rule of the method draws noise, the
 * probabilities are means over draws that live for the whole piece; of notes that depend on each other whole frames have such
 * probabilities, so that a frame is drawn from one of the draws, each as likely as the others.
 */
import {
  ConfigError,
  keepState,
  mcDropout,
  NoiseStream,
  type RecurrentState,
  scoped,
  streamOfDraw,
  type Tensor,
} from 'lethe';
import { isGaussian } from 'lethe/moments';
import type { Draws } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import { frameTensor } from './batches.ts';
import type { Piece } from './data/dataset.ts';
import { keys, lowestNote } from './data/piano-roll.ts';
import type { MusicModel, MusicOutput, MusicRun, MusicState } from './model.ts';

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
  /** of a model that was taught how pieces begin: from nothing, the first frame is drawn from its initial state. @defaultValue false */
  knowsBeginnings?: boolean;
}

/**
 * Draws a piece. From nothing, a model that does not know how pieces begin hears one silent frame first, which is not part of the result.
 * Throws ConfigError for a length, temperature or number of frames that cannot be.
 */
export function samplePiece(model: MusicModel, options: PieceOptions): Piece {
  const { seed = 1, length, temperature = 1, prime = null, knowsBeginnings = false } = options;
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
  const heard = start.length > 0 ? start : [knowsBeginnings ? null : []];
  const hear = hearing(model, stream);
  let next = heard.reduce<DrawFrame | undefined>((_, frame) => hear(frame), undefined)!;
  for (let i = 0; i < length; i++) {
    const frame = notes(next(stream.at(i), temperature));
    frames.push(frame);
    if (i + 1 < length) next = hear(frame);
  }
  return { frames };
}

// --- internal ---

/** Draws a frame from what the model expects: 0 or 1 for each note. */
type DrawFrame = (stream: NoiseStream, temperature: number) => ArrayLike<number>;

/** The model hears a frame, or nothing as in its initial state, and expects another. */
type Hear = (frame: readonly number[] | null) => DrawFrame;

function hearing(model: MusicModel, stream: NoiseStream): Hear {
  const draws = testDraws(model.regularizer);
  if (!draws) return plain(model);
  return model.readout.independent ? averaging(model, draws, stream) : mixing(model, draws, stream);
}

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
  return (frame) => {
    const output = scoped(() => {
      const heard = model.forward(...heardAs(frame, { state: before }));
      before = heard.state.map(keepState);
      return keepOutput(heard.output);
    });
    return (stream, temperature) => scoped(() => Array.from(model.readout.draw(output, stream, temperature)));
  };
}

/** Draws of the noise, probabilities of notes averaged. */
function averaging(model: MusicModel, { samples, mode }: Draws, stream: NoiseStream): Hear {
  let states: readonly (readonly RecurrentState[])[] | undefined;
  let position = 0;
  return (frame) => {
    const logits = scoped(() => {
      const { logProbabilities, logComplements, ...heard } = mcDropout(
        (x, noise, state) => model.forward(...heardAs(frame, { state, noise, mode }, x)),
        model.regularizer,
        frameTensor(frame ?? []),
        stream.from(position++),
        { samples, mode, distribution: 'bernoulli' },
        states,
      );
      states = heard.states;
      return Array.from(logProbabilities, (logOne, k) => logOne - logComplements![k]);
    });
    return (drawn, temperature) => {
      const uniform = drawn.uniforms({ site: 'sample' }, keys);
      return logits.map((logit, k) => (uniform[k] < 1 / (1 + Math.exp(-logit / temperature)) ? 1 : 0));
    };
  };
}

/** Draws of the noise, probabilities of frames averaged. */
function mixing(model: MusicModel, { samples, mode }: Draws, stream: NoiseStream): Hear {
  let states: MusicState[] = [];
  let position = 0;
  return (frame) => {
    const noise = stream.from(position++);
    const outputs = scoped(() => {
      const heard = Array.from({ length: samples }, (_, s) =>
        model.forward(...heardAs(frame, { state: states[s], noise: streamOfDraw(noise, s), mode })),
      );
      states = heard.map(({ state }) => state.map(keepState));
      return heard.map(({ output }) => keepOutput(output));
    });
    return (drawn, temperature) =>
      scoped(() => {
        const s = Math.floor(drawn.uniforms({ site: 'sample', entry: 1 }, 1)[0] * samples);
        return Array.from(model.readout.draw(outputs[Math.min(s, samples - 1)], drawn, temperature));
      });
  };
}

/** A step that hears a frame; without one a step that does not begin, after which the state is what it was. */
function heardAs(
  frame: readonly number[] | null,
  run: MusicRun,
  x = frameTensor(frame ?? []),
): [Tensor, MusicRun] {
  return [x, frame ? run : { ...run, start: new Int32Array(x.shape[1]).fill(1) }];
}

/** An output in memory of its own. */
function keepOutput(output: MusicOutput['output']): MusicOutput['output'] {
  return isGaussian(output) ? { mean: output.mean.keep(), variance: output.variance.keep() } : output.keep();
}

/** The numbers of the notes that sound. */
function notes(frame: ArrayLike<number>): number[] {
  const sounding: number[] = [];
  for (let k = 0; k < keys; k++) if (frame[k] === 1) sounding.push(lowestNote + k);
  return sounding;
}
