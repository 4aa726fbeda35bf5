/**
 * The negative log-likelihood of a text under a model, natural log, the mean over exactly the predicted tokens: every
 * token but the first. Text is read in windows through which the state is carried.
 *
 *   nll_per_token, perplexity = exp of it                 of words
 *   nll_per_character, bits_per_character = it / ln 2     of characters
 */
import { fixedWeights, keepState, logMeanExp, scoped } from 'lethe';
import type { Level, TokenSource } from '../../data/text/types.ts';
import { breathe } from '../../training/clock.ts';
import { type Draws, drawnRuns, testDraws } from '../draws.ts';
import type { EvaluateOptions, Metrics } from '../task.ts';
import type { TextModel, TextState, Window } from './model.ts';
import { evaluationStreams } from './segments.ts';

/** How a text is gone through. */
export interface ScoreOptions extends EvaluateOptions {
  /** streams that it is cut into, each of which begins without a state; default 1: as it stands */
  streams?: number;
  /** steps at a time; no result depends on it beyond rounding; default 100 */
  window?: number;
  /**
   * averages the probabilities of so many draws of the noise, in which words are dropped only where `dropsWords` is true; default: what
   * the method's test-time rule says
   */
  draws?: Draws & { dropsWords?: boolean };
  /** is told the mean NLL of every window */
  onWindow?: (nll: number) => void;
}

/** The metrics of a mean NLL, named by the level. */
export function textMetrics(level: Level, nll: number): Metrics {
  return level === 'word'
    ? { nll_per_token: nll, perplexity: Math.exp(nll) }
    : { nll_per_character: nll, bits_per_character: nll / Math.LN2 };
}

/** The mean NLL of a text of at least two tokens, or undefined when `signal` stopped the work. */
export async function scoreText(
  model: TextModel,
  source: TokenSource,
  options: ScoreOptions = {},
): Promise<number | undefined> {
  const { streams: rows = 1, window = 100, signal, onWindow, onProgress } = options;
  const draws = options.draws ?? testDraws(model.regularizer);
  const streams = evaluationStreams(source, rows);
  const score = draws ? drawing(model, draws, streams.rows) : plain(model);
  const release = fixedWeights(Object.values(model.parameters));
  let sum = 0;
  try {
    for (let from = 0; from < streams.length; from += window) {
      if (signal?.aborted) return undefined;
      const here = streams.window({ from, steps: Math.min(window, streams.length - from) });
      const part = score(here, from);
      sum += part;
      onWindow?.(part / counted(here));
      onProgress?.(Math.min(from + window, streams.length), streams.length);
      await breathe();
    }
  } finally {
    release();
  }
  return sum / streams.stops.reduce((total, stop) => total + stop, 0);
}

// --- internal ---

type Score = (window: Window, from: number) => number;

const counted = ({ targets, stepMask }: Window): number =>
  stepMask ? stepMask.reduce((sum, one) => sum + one, 0) : targets.length;

/** The test-time network. */
function plain(model: TextModel): Score {
  let state: TextState | undefined;
  return (window) =>
    scoped(() => {
      const result = model.score(window, { state });
      state = result.state.map(keepState);
      return result.nll.sum;
    });
}

/**
 * Draws of the noise, likelihoods averaged. Masks held over the sequence live for the whole text, what is drawn at every step is
 * drawn for its step of the text.
 */
function drawing(model: TextModel, draws: NonNullable<ScoreOptions['draws']>, rows: number): Score {
  const { mode, dropsWords = false } = draws;
  const { copies, runs, stream } = drawnRuns(model.regularizer, draws, rows);
  const states: (TextState | undefined)[] = Array.from({ length: runs });
  return (window, from) => {
    const { targets, stepMask, batch } = window;
    const wide = repeated(window, copies);
    const logLikelihoods = Array.from(targets, () => new Float64Array(draws.samples));
    for (const [run, state] of states.entries()) {
      scoped(() => {
        const { nll, state: after } = model.score(wide, {
          state,
          noise: stream(from, run),
          mode,
          dropsWords,
        });
        const { rowLoss } = nll;
        states[run] = after.map(keepState);
        for (let m = 0; m < rowLoss.length; m++) {
          const [t, row] = [Math.floor(m / wide.batch), m % wide.batch];
          const s = run * copies + Math.floor(row / batch);
          logLikelihoods[t * batch + (row % batch)][s] = -rowLoss[m];
        }
      });
    }
    return logLikelihoods.reduce((sum, of, m) => (stepMask?.[m] === 0 ? sum : sum - logMeanExp(of)), 0);
  };
}

/** `copies` of the rows, sample by sample; what does not count does not count in any. */
export function repeated({ words, targets, batch, stepMask }: Window, copies: number): Window {
  if (copies === 1) return { words, targets, batch, stepMask };
  const wide: Window = {
    words: new Int32Array(words.length * copies),
    targets: new Int32Array(words.length * copies),
    batch: batch * copies,
    stepMask: stepMask && new Float32Array(words.length * copies),
  };
  for (let t = 0; t < words.length / batch; t++) {
    for (let s = 0; s < copies; s++) {
      const at = (t * copies + s) * batch;
      const step = [t * batch, (t + 1) * batch] as const;
      wide.words.set(words.subarray(...step), at);
      wide.targets.set(targets.subarray(...step), at);
      if (stepMask) wide.stepMask!.set(stepMask.subarray(...step), at);
    }
  }
  return wide;
}
