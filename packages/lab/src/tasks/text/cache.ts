/**
 * The continuous cache: at evaluation, words that followed similar states a short while ago become more probable.
 *
 *   p(w) = (1 - lambda) p_model(w) + lambda p_cache(w)
 *   p_cache(w) = sum of exp(theta h_t·h_i) over the last `window` positions i that w followed / the same sum over all of them
 *
 * h is what the readout reads; where the test-time rule draws, every draw has an h and a cache of its own, and the p(w) are
 * averaged. Nothing is trained; the positions before the first have no cache and keep p_model. Grave,
 * Joulin, Usunier 2017, Improving neural language models with a continuous cache, equations 2 and 3.
 */
import { ConfigError, keepState, logMeanExp, logSumExp, type Real, readoutNll, scoped } from 'lethe';
import { kernels, realZeros } from 'lethe/engine';
import type { Draws, Slices } from '../../runs/task.ts';
import { drawnRuns, testDraws } from '../shared/draws.ts';
import type { TokenSource } from './data/types.ts';
import { repeated } from './evaluate.ts';
import type { TextModel, TextState, Window } from './model.ts';
import { evaluationStreams } from './segments.ts';

/** A cache; the code of Merity et al. (2017) takes 500 (the paper 2,000), 1 and .1 for Penn Treebank, 3785, .6621 and .1279 for WikiText-2. */
export interface CacheOptions {
  /** positions that it remembers */
  window: number;
  /** how sharply it prefers similar states */
  theta: number;
  /** its share of the probability */
  lambda: number;
}

/** Throws ConfigError for a cache that cannot be. */
export function checkCache({ window, theta, lambda }: CacheOptions): void {
  const wrong = (name: string, expected: string, found: number): never => {
    throw new ConfigError(`cache: ${name} expects ${expected}, found ${found}`);
  };
  if (!(Number.isInteger(window) && window >= 1 && window <= 1_000_000)) {
    wrong('window', 'a whole number of positions from 1 to 1000000', window);
  }
  if (!(theta >= 0 && Number.isFinite(theta))) wrong('theta', 'a number of at least 0', theta);
  if (!(lambda >= 0 && lambda < 1)) wrong('lambda', 'a number from 0 to below 1', lambda);
}

/** The mean NLL of a text under the test-time rule with a cache of its own for each stream. */
export function* scoreWithCache(
  model: TextModel,
  source: TokenSource,
  cache: CacheOptions,
  { streams: rows = 1, steps = 100 }: { streams?: number; steps?: number } = {},
): Slices<number> {
  checkCache(cache);
  const streams = evaluationStreams(source, rows);
  const score = scorer(model, cache, streams.rows);
  let sum = 0;
  for (let from = 0; from < streams.length; from += steps) {
    sum += score(streams.window({ from, steps: Math.min(steps, streams.length - from) }), from);
    yield { done: Math.min(from + steps, streams.length), all: streams.length };
  }
  return sum / streams.stops.reduce((total, stop) => total + stop, 0);
}

// --- internal ---

/** Scores window after window: the sum of minus the logarithms of the averaged probabilities. */
function scorer(
  model: TextModel,
  cache: CacheOptions,
  rows: number,
): (window: Window, from: number) => number {
  const draws: Draws | undefined = testDraws(model.regularizer);
  const drawn = draws && drawnRuns(model.regularizer, draws, rows);
  const { copies, runs } = drawn ?? { copies: 1, runs: 1 };
  const states: (TextState | undefined)[] = Array.from({ length: runs });
  const memories = states.map(() => Array.from({ length: copies * rows }, () => new Memory(cache)));
  return (window, from) => {
    const wide = repeated(window, copies);
    // [stream][step][draw]
    const logs: number[][][] = Array.from({ length: rows }, () => []);
    for (const [run, state] of states.entries()) {
      scoped(() => {
        const how = draws && { noise: drawn?.stream(from, run), mode: draws.mode, dropsWords: false };
        const { output, state: after } = model.hidden(wide.words, wide.batch, { state, ...how });
        states[run] = after.map(keepState);
        const { rowLoss } = readoutNll(output, model.readout, wide.targets, { stepMask: wide.stepMask });
        for (const [row, memory] of memories[run].entries()) {
          const own = logs[row % rows];
          memory.score(stretchOf(wide, row, output.data, rowLoss)).forEach((log, t) => {
            own[t] ??= [];
            own[t].push(log);
          });
        }
      });
    }
    return logs.flat().reduce((sum, of) => sum - (of.length === 1 ? of[0] : logMeanExp(of)), 0);
  };
}

/** The part of a window that one stream has: states [steps, features] and what followed them. */
interface Stretch {
  states: Real;
  targets: Int32Array;
  rowLoss: Real;
}

/** A stream ends where its step mask does. */
function stretchOf({ targets, batch, stepMask }: Window, b: number, states: Real, rowLoss: Real): Stretch {
  const features = states.length / targets.length;
  let steps = targets.length / batch;
  while (steps > 0 && stepMask?.[(steps - 1) * batch + b] === 0) steps--;
  const own = {
    states: states.slice(0, steps * features) as Real,
    targets: new Int32Array(steps),
    rowLoss: rowLoss.slice(0, steps) as Real,
  };
  for (let t = 0; t < steps; t++) {
    const m = t * batch + b;
    own.states.set(states.subarray(m * features, (m + 1) * features), t * features);
    own.targets[t] = targets[m];
    own.rowLoss[t] = rowLoss[m];
  }
  return own;
}

/** The last positions of one stream. */
class Memory {
  readonly #options: CacheOptions;
  #states: Real = realZeros(0);
  #targets = new Int32Array(0);

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** The log probabilities of a stretch, which is remembered. */
  score({ states, targets, rowLoss }: Stretch): number[] {
    const { window, theta, lambda } = this.#options;
    const steps = targets.length;
    if (steps === 0) return [];
    const features = states.length / steps;
    const before = this.#targets.length;
    const all = joined(this.#states, states);
    const followed = new Int32Array(before + steps);
    followed.set(this.#targets);
    followed.set(targets, before);
    const similar = realZeros(steps * followed.length);
    kernels().matmul({
      m: steps,
      n: followed.length,
      k: features,
      a: states,
      b: all,
      transposeB: true,
      c: similar,
    });
    const logs: number[] = [];
    for (let t = 0; t < steps; t++) {
      const row = similar.subarray(t * followed.length, t * followed.length + before + t);
      const from = Math.max(0, row.length - window);
      const model = -rowLoss[t];
      const cached = row.length === 0 ? undefined : share(row, followed, from, targets[t], theta);
      logs.push(
        cached === undefined
          ? model
          : logSumExp([Math.log1p(-lambda) + model, Math.log(lambda) + Math.log(cached)]),
      );
    }
    const kept = Math.max(0, followed.length - window);
    this.#targets = followed.slice(kept);
    this.#states = all.slice(kept * features) as Real;
    return logs;
  }
}

/** p_cache(target) over positions `from` on. */
function share(similar: Real, followed: Int32Array, from: number, target: number, theta: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < similar.length; i++) if (similar[i] > largest) largest = similar[i];
  let all = 0;
  let hits = 0;
  for (let i = from; i < similar.length; i++) {
    const weight = Math.exp(theta * (similar[i] - largest));
    all += weight;
    if (followed[i] === target) hits += weight;
  }
  return hits / all;
}

function joined(a: Real, b: Real): Real {
  const both = realZeros(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
