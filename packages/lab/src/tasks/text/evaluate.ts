/**
 * The negative log-likelihood of a text under a model, natural log, the mean over exactly the predicted tokens: every
 * token but the first. Text is read in windows through which the state is carried.
 *
 *   nll_per_token, perplexity = exp of it                 of words
 *   nll_per_character, bits_per_character = it / ln 2     of characters
 */
import {
  categoricalLogEntropy,
  categoricalUncertaintyOfLogits,
  keepState,
  logMeanExp,
  logSoftmax,
  type Real,
  readoutLogits,
  readoutNll,
  scoped,
  type Tensor,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Level } from '../../data/words/types.ts';
import type { Draws, Metrics, Slices } from '../../runs/task.ts';
import { drawnRuns, testDraws } from '../shared/draws.ts';
import type { Known } from '../shared/uncertainty-sum.ts';
import type { TokenSource } from './data/types.ts';
import type { TextModel, TextState, Window } from './model.ts';
import { evaluationStreams } from './segments.ts';

/** How a text is gone through. */
export interface ScoreOptions {
  /** streams that it is cut into, each of which begins without a state; default 1: as it stands */
  streams?: number;
  /** steps at a time; no result depends on it beyond rounding; default 100 */
  window?: number;
  /**
   * averages the probabilities of so many draws of the noise, in which words are dropped only where `dropsWords` is true; default: what
   * the method's test-time rule says
   */
  draws?: Draws & { dropsWords?: boolean };
  /** is shown how unsure the predictions of at most 2,000 tokens are, evenly spread over each stream */
  onUncertainty?: (uncertainty: Known) => void;
  /** is told the mean NLL of every window */
  onWindow?: (nll: number) => void;
}

/** The metrics of a mean NLL, named by the level. */
export function figuresOf(level: Level, nll: number): Metrics {
  return level === 'word'
    ? { nll_per_token: nll, perplexity: Math.exp(nll) }
    : { nll_per_character: nll, bits_per_character: nll / Math.LN2 };
}

/** The mean NLL of a text of at least two tokens; progress counts steps. */
export function* scoreText(
  model: TextModel,
  source: TokenSource,
  options: ScoreOptions = {},
): Slices<number> {
  const { streams: rows = 1, window = 100, onWindow } = options;
  const draws = options.draws ?? testDraws(model.regularizer);
  const streams = evaluationStreams(source, rows);
  const looks = options.onUncertainty && {
    every: Math.ceil((streams.length * streams.rows) / lookedAt),
    show: options.onUncertainty,
  };
  const score = draws ? drawing(model, draws, streams.rows, looks) : plain(model, looks);
  const weights = fixedWeights(Object.values(model.parameters));
  let sum = 0;
  for (let from = 0; from < streams.length; from += window) {
    const here = streams.window({ from, steps: Math.min(window, streams.length - from) });
    const part = weights.run(() => score(here, from));
    sum += part;
    onWindow?.(part / counted(here));
    yield { done: Math.min(from + window, streams.length), all: streams.length };
  }
  return sum / streams.stops.reduce((total, stop) => total + stop, 0);
}

// --- internal ---

type Score = (window: Window, from: number) => number;

const counted = ({ targets, stepMask }: Window): number =>
  stepMask ? stepMask.reduce((sum, one) => sum + one, 0) : targets.length;

/** Tokens whose entropies are computed: a mean over so many is known well enough, and over a large vocabulary each is work. */
const lookedAt = 2000;

/** Which tokens are looked at: those of every so-manieth step of the text. */
interface Looks {
  every: number;
  show: (uncertainty: Known) => void;
}

/** The test-time network. */
function plain(model: TextModel, looks: Looks | undefined): Score {
  let state: TextState | undefined;
  return (window, from) =>
    scoped(() => {
      const { output, state: after } = model.hidden(window.words, window.batch, { state });
      state = after.map(keepState);
      const { targets, batch, stepMask } = window;
      for (const m of looks ? lookedAtIn(window, from, looks) : []) {
        const [logits] = logitsAt(model, output, m, batch, batch);
        looks!.show({ predictive: categoricalLogEntropy(logSoftmax(logits)) });
      }
      return readoutNll(output, model.readout, targets, { stepMask }).sum;
    });
}

/** The places m = t * batch + b of a window that are looked at. */
function lookedAtIn({ targets, batch, stepMask }: Window, from: number, { every }: Looks): number[] {
  const places: number[] = [];
  for (let m = 0; m < targets.length; m++) {
    if ((from + Math.floor(m / batch)) % every === 0 && stepMask?.[m] !== 0) places.push(m);
  }
  return places;
}

/** The logits of every copy of place m of a window of `batch` rows, of which a run has `rows`. */
function logitsAt(model: TextModel, output: Tensor, m: number, batch: number, rows: number): Real[] {
  const F = output.shape[2];
  return Array.from({ length: rows / batch }, (_, s) => {
    const row = Math.floor(m / batch) * rows + s * batch + (m % batch);
    return readoutLogits(output.view([1, F], row * F), model.readout).data;
  });
}

/**
 * Draws of the noise, likelihoods averaged. Masks held over the sequence live for the whole text, what is drawn at every step is
 * drawn for its step of the text.
 */
function drawing(
  model: TextModel,
  draws: NonNullable<ScoreOptions['draws']>,
  rows: number,
  looks: Looks | undefined,
): Score {
  const { mode, dropsWords = false } = draws;
  const { copies, runs, stream } = drawnRuns(model.regularizer, draws, rows);
  const states: (TextState | undefined)[] = Array.from({ length: runs });
  return (window, from) => {
    const { targets, stepMask, batch } = window;
    const wide = repeated(window, copies);
    const logLikelihoods = Array.from(targets, () => new Float64Array(draws.samples));
    const seen = new Map(looks ? lookedAtIn(window, from, looks).map((m) => [m, [] as Float64Array[]]) : []);
    for (const [run, state] of states.entries()) {
      scoped(() => {
        const how = { state, noise: stream(from, run), mode, dropsWords };
        const { output, state: after } = model.hidden(wide.words, wide.batch, how);
        states[run] = after.map(keepState);
        const { rowLoss } = readoutNll(output, model.readout, wide.targets, { stepMask: wide.stepMask });
        for (let m = 0; m < rowLoss.length; m++) {
          const [t, row] = [Math.floor(m / wide.batch), m % wide.batch];
          const s = run * copies + Math.floor(row / batch);
          logLikelihoods[t * batch + (row % batch)][s] = -rowLoss[m];
        }
        for (const [m, drawn] of seen) {
          for (const logits of logitsAt(model, output, m, batch, wide.batch))
            drawn.push(new Float64Array(logits));
        }
      });
    }
    for (const drawn of seen.values()) looks!.show(categoricalUncertaintyOfLogits(drawn).uncertainty);
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
