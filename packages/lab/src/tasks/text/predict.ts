/**
 * What a model expects of every token of a text after those before it: its probability and rank, how unsure the
 * prediction is, and with draws of the noise how much of that more data would settle. The text may be longer than
 * memory: it is read in windows through which the state is carried.
 */
import {
  categoricalLogEntropy,
  DataError,
  keepState,
  logSoftmax,
  mcDropout,
  NoiseStream,
  type RecurrentState,
  scoped,
  type Tensor,
  type Tokens,
  type Uncertainty,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Draws } from '../../runs/task.ts';
import { checkDraws, testDraws } from '../shared/draws.ts';
import type { TextModel, TextState } from './model.ts';

/** The prediction of one token, in nats. */
export interface TokenPrediction {
  token: number;
  /** minus its log probability */
  nll: number;
  probability: number;
  /** 1 for the most probable token; of equally probable ones all have the best */
  rank: number;
  /** of the predicted distribution; of averaged probabilities where noise is drawn */
  entropy: number;
  /** mutual information of prediction and noise; absent without draws */
  information?: number;
}

export interface TokenPredictionOptions {
  /**
   * MC dropout: the probabilities of so many draws averaged, in which words are dropped only where `dropsWords` is true; default:
   * the method's test-time rule
   */
  draws?: Omit<Draws, 'mode'> & { dropsWords?: boolean };
  /** steps at a time; default 100, or as many as have 32 MB of probabilities */
  window?: number;
  /** the name of the text, for errors */
  where?: string;
  /** stops between two windows */
  signal?: AbortSignal;
}

/**
 * Predicts every token but the first, window by window.
 * Throws ConfigError for draws of a method without noise to draw, DataError for a text of fewer than two tokens, and what `text`
 * throws.
 */
export async function* predictTokens(
  model: TextModel,
  text: Iterable<Int32Array> | AsyncIterable<Int32Array>,
  { draws, window, where = 'predict', signal }: TokenPredictionOptions = {},
): AsyncGenerator<TokenPrediction[]> {
  const mode = draws && checkDraws(model.regularizer);
  const drawn = draws ? { ...draws, mode } : testDraws(model.regularizer);
  const predict = drawn ? drawing(model, drawn) : plain(model);
  const vocabulary = model.readout.weight.shape[0];
  const fitting = Math.floor(4_000_000 / (vocabulary * (drawn?.samples ?? 1)));
  const steps = window ?? Math.max(1, Math.min(100, fitting));
  const weights = fixedWeights(Object.values(model.parameters));
  let from = 0;
  for await (const tokens of windows(text, steps, where)) {
    if (signal?.aborted) return;
    const { logProbabilities, uncertainty } = weights.run(() => predict(tokens.subarray(0, -1), from));
    from += tokens.length - 1;
    yield Array.from(tokens.subarray(1), (token, t) => ({
      ...measured(token, logProbabilities.subarray(t * vocabulary, (t + 1) * vocabulary)),
      ...(draws && { information: uncertainty?.[t].information }),
    }));
    // Signals and timers have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// --- internal ---

/** Logarithms of the probabilities after each word of a window, [time, vocabulary], and their uncertainty where noise is drawn. */
type Predict = (
  words: Int32Array,
  from: number,
) => { logProbabilities: Float64Array; uncertainty?: readonly Uncertainty[] };

/** The test-time network. */
function plain(model: TextModel): Predict {
  let state: TextState | undefined;
  return (words) =>
    scoped(() => {
      const { logits, state: after } = model.logits(words, 1, { state });
      state = after.map(keepState);
      return { logProbabilities: logSoftmaxRows(logits) };
    });
}

/** Masks held over the sequence live for the whole text, those of single steps are drawn for their step of the text. */
function drawing(model: TextModel, draws: Draws & { dropsWords?: boolean }): Predict {
  const { samples, seed = 1, trained = Number.POSITIVE_INFINITY, mode, dropsWords = false } = draws;
  const stream = new NoiseStream(seed).trained(trained);
  let states: readonly (readonly RecurrentState[])[] | undefined;
  return (words, from) =>
    scoped(() => {
      const prediction = mcDropout(
        (x: Tokens, noise, state) => {
          const run = { state, noise, mode, dropsWords };
          const { logits, state: after } = model.logits(x.words, x.batch, run);
          return { output: logits, state: after };
        },
        model.regularizer,
        { words, batch: 1 },
        stream.from(from),
        { samples, mode, distribution: 'categorical' },
        states,
      );
      states = prediction.states;
      return prediction;
    });
}

/** Stretches of at most `steps` + 1 tokens, each beginning with the last of the one before; at least two tokens in all. */
async function* windows(
  text: Iterable<Int32Array> | AsyncIterable<Int32Array>,
  steps: number,
  where: string,
): AsyncGenerator<Int32Array> {
  const window = new Int32Array(steps + 1);
  let count = 0;
  let all = 0;
  for await (const tokens of text) {
    all += tokens.length;
    for (const token of tokens) {
      window[count++] = token;
      if (count < window.length) continue;
      yield window.slice();
      window[0] = token;
      count = 1;
    }
  }
  if (all < 2) {
    throw new DataError(
      `${where}: expected a text of at least 2 tokens, of which the first is not predicted, found ${all}; give more text`,
    );
  }
  if (count > 1) yield window.slice(0, count);
}

/** Log softmax of every row of [.., vocabulary], in float64. */
function logSoftmaxRows({ data, shape }: Tensor): Float64Array {
  const K = shape[shape.length - 1];
  const rows = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += K) rows.set(logSoftmax(data.subarray(from, from + K)), from);
  return rows;
}

function measured(token: number, logProbabilities: Float64Array): TokenPrediction {
  const own = logProbabilities[token];
  let rank = 1;
  for (let k = 0; k < logProbabilities.length; k++) if (logProbabilities[k] > own) rank++;
  const entropy = categoricalLogEntropy(logProbabilities);
  return { token, nll: -own, probability: Math.exp(own), rank, entropy };
}
