/**
 * Text from a model: every token is drawn from the probabilities that the model's test-time rule gives it, and becomes the next input.
 * Where the rule draws noise, they are the mean over draws that live for the whole text.
 */
import {
  ConfigError,
  keepState,
  mcDropout,
  NoiseStream,
  type RecurrentState,
  scoped,
  type Tokens,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Draws } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import type { TextModel, TextState } from './model.ts';

/** What to draw. */
export interface SampleTextOptions {
  /** of the random numbers; the same seed gives the same text */
  seed?: number;
  /** tokens to draw */
  length: number;
  /** divides the log probabilities: below 1 surer, above 1 wilder; default 1 */
  temperature?: number;
  /** only the k most probable tokens; default: all */
  topK?: number;
  /** tokens that are never drawn, such as `<unk>` */
  never?: readonly number[];
}

/**
 * Draws tokens that go on from a beginning of at least one.
 * Throws ConfigError for options that cannot be.
 */
export function sampleTokens(
  model: TextModel,
  beginning: Int32Array,
  options: SampleTextOptions,
): Int32Array {
  const { seed = 1, length, temperature = 1, topK, never = [] } = options;
  check(beginning, options);
  const stream = new NoiseStream(seed);
  const drawn = new Int32Array(length);
  const draws = testDraws(model.regularizer);
  const next = draws ? drawing(model, draws, stream) : plain(model);
  let heard = beginning;
  fixedWeights(Object.values(model.parameters)).run(() => {
    for (let i = 0; i < length; i++) {
      drawn[i] = scoped(() => {
        const logits = next(heard);
        for (const token of never) logits[token] = Number.NEGATIVE_INFINITY;
        const u = stream.at(i).uniforms({ site: 'sample' }, 1)[0];
        return draw(logits, temperature, topK, u);
      });
      heard = drawn.subarray(i, i + 1);
    }
  });
  return drawn;
}

// --- internal ---

/** Logits of the token that follows what is heard, after all that was heard before. */
type Next = (heard: Int32Array) => Float64Array;

function plain(model: TextModel): Next {
  let state: TextState | undefined;
  return (heard) => {
    const { logits, state: after } = model.next(heard, state);
    state = after.map(keepState);
    return new Float64Array(logits);
  };
}

/** Token by token, so that the predictions of a long beginning never exist at once. */
function drawing(model: TextModel, { samples, mode }: Draws, stream: NoiseStream): Next {
  let states: readonly (readonly RecurrentState[])[] | undefined;
  let position = 0;
  const hear = (word: number) => {
    const heard = mcDropout(
      ({ words, batch }: Tokens, noise, state) => {
        const run = { state, noise, mode, dropsWords: false };
        const { logits, state: after } = model.logits(words, batch, run);
        return { output: logits, state: after };
      },
      model.regularizer,
      { words: Int32Array.of(word), batch: 1 },
      stream.from(position++),
      { samples, mode, distribution: 'categorical' },
      states,
    );
    states = heard.states;
    return heard.logProbabilities;
  };
  return (heard) => heard.reduce<Float64Array>((_, word) => scoped(() => hear(word)), new Float64Array());
}

function check(beginning: Int32Array, { length, temperature = 1, topK }: SampleTextOptions): void {
  if (beginning.length === 0) {
    throw new ConfigError('sample: expected a beginning of at least one token, got none');
  }
  if (!(temperature > 0) || !Number.isFinite(temperature)) {
    throw new ConfigError(
      `sample: temperature expects a number above 0, found ${temperature}${temperature === 0 ? '; topK 1 always takes the most probable token' : ''}`,
    );
  }
  if (!Number.isInteger(length) || length < 1) {
    throw new ConfigError(`sample: length expects a whole number of tokens of at least 1, found ${length}`);
  }
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) {
    throw new ConfigError(`sample: top-k expects a whole number of at least 1, found ${topK}`);
  }
}

/** The token at which the summed probabilities pass `u`, which is in (0, 1). */
function draw(logits: ArrayLike<number>, temperature: number, topK: number | undefined, u: number): number {
  const K = logits.length;
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < K; k++) if (logits[k] > largest) largest = logits[k];
  const least = topK === undefined || topK >= K ? Number.NEGATIVE_INFINITY : nthLargest(logits, topK);
  const weights = new Float64Array(K);
  let sum = 0;
  for (let k = 0; k < K; k++) {
    if (logits[k] >= least) weights[k] = Math.exp((logits[k] - largest) / temperature);
    sum += weights[k];
  }
  let rest = u * sum;
  let last = 0;
  for (let k = 0; k < K; k++) {
    if (weights[k] === 0) continue;
    last = k;
    rest -= weights[k];
    if (rest < 0) return k;
  }
  return last;
}

function nthLargest(values: ArrayLike<number>, n: number): number {
  return Float64Array.from(values).sort()[values.length - n];
}
