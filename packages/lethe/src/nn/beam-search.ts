/**
 * Beam search over a batch of sentences at once. It knows nothing of networks: a function gives the logarithms of the next
 * token's probabilities, for all hypotheses of the sentences that are still searched in one call. Hypothesis k of the i-th of n such sentences is
 * row k · n + i, so that attention over [beam, n, …] queries reads a memory of [source time, n, …] as it is.
 */
import { checkFunction, checkOneLength, checkWhole } from '../checks.ts';
import { ConfigError, NumericsError } from '../errors.ts';
import { checkNumber, checkNumbers, checkOptionNames, checkWord } from '../options.ts';

/** Options of {@link beamSearch}. */
export interface BeamOptions {
  /** sentences */
  batch: number;
  /** token that stands before the first one */
  begin: number;
  /** token that ends a sentence */
  end: number;
  /** tokens of a sentence at most, its end counted in; or [batch], of each */
  maxLength: number | Int32Array;
  /** hypotheses of a sentence; 1: the most probable token each time, until it is the end. @defaultValue 5 */
  beam?: number;
  /** of a sentence are wanted, at most `beam`. @defaultValue 1 */
  best?: number;
  /** a: hypotheses are compared by log p / length^a; 0: by log p. @defaultValue 1 */
  lengthPenalty?: number;
  /**
   * `exact`: a sentence is searched until no hypothesis can become better than the worst one wanted; `beam`: until `beam` hypotheses have ended,
   * which is often sooner. @defaultValue 'exact'
   */
  until?: 'exact' | 'beam';
}

/** What a step is told. */
export interface BeamRows {
  /** from 0 on */
  step: number;
  /** [n], numbers of the sentences that are still searched, ascending: all in the first step, fewer later on */
  sentences: Int32Array;
  /** [beam · n], the last token of each row */
  tokens: Int32Array;
  /** [beam · n], the row of the step before that each row goes on from, by which states are gathered; absent in the first step */
  parents?: Int32Array;
}

/** A translation. */
export interface Hypothesis {
  /** without begin and end */
  tokens: Int32Array;
  /** Σ log p, of the end too */
  logProbability: number;
  /** logProbability / length^lengthPenalty, length with the end */
  score: number;
  /** false: cut off at maxLength */
  ended: boolean;
}

/**
 * The best hypotheses of every sentence, best first. An end counts where it is among the `beam` best continuations; the search of a sentence
 * stops where no hypothesis can become better than the worst one wanted: log p only falls, so that log p / maxLength^a is the most that it
 * can reach. Rows of sentences that are done are asked for no more. Of equal scores the earlier row, then the smaller token goes first. The others of the batch have no influence.
 * @param step gives [beam · n, vocabulary] logarithms of probabilities
 * @throws ConfigError for a wrong option or result; NumericsError for a logarithm above 0 or not a number
 */
export function beamSearch(
  options: BeamOptions,
  step: (rows: BeamRows) => ArrayLike<number>,
): Hypothesis[][] {
  const settings = settingsOf(options);
  checkFunction('beamSearch', 'step', step);
  const { batch, beam, begin } = settings;
  const all = Array.from({ length: batch }, (_, b) => new Sentence(settings, settings.maxLength[b]));
  let rows: BeamRows = {
    step: 0,
    sentences: Int32Array.from({ length: batch }, (_, b) => b),
    tokens: new Int32Array(beam * batch).fill(begin),
  };
  while (rows.sentences.length > 0) {
    const logs = step(rows);
    const before = rows.sentences.length;
    const width = widthOf(logs, before, settings);
    for (const [i, b] of rows.sentences.entries()) {
      all[b].extend(logs, (k) => (k * before + i) * width, width);
    }
    rows = next(rows, all, settings);
  }
  return all.map((sentence) => sentence.result());
}

// --- internal ---

type Settings = Required<BeamOptions> & { maxLength: Int32Array };

/** The rows of the sentences that go on. A sentence with fewer hypotheses than the beam repeats the last token of the end. */
function next(
  { step, sentences: before }: BeamRows,
  all: readonly Sentence[],
  { beam, end }: Settings,
): BeamRows {
  const places = Int32Array.from(before.keys()).filter((i) => !all[before[i]].isDone);
  const n = places.length;
  const tokens = new Int32Array(beam * n).fill(end);
  const parents = new Int32Array(beam * n);
  for (const [i, place] of places.entries()) {
    const { active } = all[before[place]];
    for (let k = 0; k < beam; k++) {
      const open = active[k];
      if (open) tokens[k * n + i] = open.token;
      parents[k * n + i] = (open?.parent ?? k) * before.length + place;
    }
  }
  return { step: step + 1, sentences: places.map((place) => before[place]), tokens, parents };
}

function settingsOf(options: BeamOptions): Settings {
  const where = 'beamSearch';
  checkOptionNames(where, options, [
    ...['batch', 'begin', 'end', 'maxLength', 'beam', 'best', 'lengthPenalty', 'until'],
  ]);
  const { beam = 5, best = 1, lengthPenalty = 1, until = 'exact', batch, begin, end, maxLength } = options;
  checkWhole(where, 'batch', batch, 1, 2 ** 20);
  checkWhole(where, 'begin', begin);
  checkWhole(where, 'end', end);
  if (maxLength instanceof Int32Array) {
    checkOneLength(where, 'maxLength', maxLength, batch);
    for (const length of maxLength) checkWhole(where, 'maxLength', length, 1, 2 ** 20);
  } else checkWhole(where, 'maxLength', maxLength, 1, 2 ** 20);
  checkWord(where, 'until', until, ['exact', 'beam']);
  checkWhole(where, 'beam', beam, 1, 1024);
  checkWhole(where, 'best', best, 1, beam);
  checkNumber(where, 'lengthPenalty', lengthPenalty, { from: 0 });
  const most = maxLength instanceof Int32Array ? maxLength : new Int32Array(batch).fill(maxLength);
  return { beam, best, lengthPenalty, until, batch, begin, end, maxLength: most };
}

function widthOf(logs: unknown, sentences: number, { beam, end }: Settings): number {
  checkNumbers('beamSearch', 'what step returns', logs);
  const width = logs.length / (sentences * beam);
  if (Number.isInteger(width) && width > end) return width;
  throw new ConfigError(
    `beamSearch: expected step to return ${sentences * beam} rows of more than ${end} numbers, for the end is one of them, got ${logs.length} numbers`,
  );
}

/** An unfinished hypothesis: its last token, where it goes on from, what came before. */
interface Open {
  parent: number;
  token: number;
  logProbability: number;
  before: Open | undefined;
}

/** The search of one sentence. */
class Sentence {
  active: Open[] = [{ parent: 0, token: -1, logProbability: 0, before: undefined }];
  isDone = false;
  readonly #settings: Settings;
  readonly #maxLength: number;
  readonly #finished: Hypothesis[] = [];
  #length = 0;

  constructor(settings: Settings, maxLength: number) {
    this.#settings = settings;
    this.#maxLength = maxLength;
  }

  /** @param rowOf where in `logs` the row of hypothesis k begins */
  extend(logs: ArrayLike<number>, rowOf: (k: number) => number, width: number): void {
    const { beam, end, best, until } = this.#settings;
    const maxLength = this.#maxLength;
    this.#length++;
    // One more than the beam for each end that may be among them.
    const candidates = mostProbable(this.active, logs, rowOf, width, 2 * beam);
    const ends = candidates.slice(0, beam).filter(({ token }) => token === end);
    for (const { logProbability, before } of ends) this.#finish(before, logProbability, true);
    this.active = candidates.filter(({ token }) => token !== end).slice(0, beam);
    if (this.#length === maxLength) {
      for (const open of this.active) this.#finish(open, open.logProbability, false);
    }
    const worst = this.#finished[best - 1];
    const reach = (this.active[0]?.logProbability ?? Number.NEGATIVE_INFINITY) / this.#norm(maxLength);
    const isGreedyEnd = beam === 1 && ends.length > 0;
    this.isDone = isGreedyEnd || this.#length === maxLength || (worst !== undefined && worst.score >= reach);
    if (this.active.length === 0 || (until === 'beam' && this.#finished.length >= beam)) this.isDone = true;
  }

  result(): Hypothesis[] {
    return this.#finished.slice(0, this.#settings.best);
  }

  #norm(length: number): number {
    return length ** this.#settings.lengthPenalty;
  }

  #finish(last: Open | undefined, logProbability: number, ended: boolean): void {
    const tokens: number[] = [];
    for (let open = last; open?.before; open = open.before) tokens.push(open.token);
    const score = logProbability / this.#norm(this.#length);
    const at = this.#finished.findIndex((other) => other.score < score);
    const hypothesis = { tokens: Int32Array.from(tokens.reverse()), logProbability, score, ended };
    this.#finished.splice(at < 0 ? this.#finished.length : at, 0, hypothesis);
  }
}

/** The `count` most probable continuations, best first. */
function mostProbable(
  active: readonly Open[],
  logs: ArrayLike<number>,
  rowOf: (k: number) => number,
  width: number,
  count: number,
): Open[] {
  const kept: Open[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (const [parent, before] of active.entries()) {
    const from = rowOf(parent);
    // Hundreds of thousands of numbers a step: of almost all only this comparison is made.
    for (let token = 0; token < width; token++) {
      const log = logs[from + token];
      const logProbability = before.logProbability + log;
      if (logProbability <= least && log <= 0) continue;
      // Rounding of a softmax in float32 may pass 0. Negated so that NaN is refused.
      if (!(log <= 1e-4))
        throw new NumericsError(
          `beamSearch: expected logarithms of probabilities, at most 0, got ${log} for token ${token}; give log-softmax of the logits`,
        );
      if (logProbability <= least) continue;
      let at = kept.length;
      while (at > 0 && kept[at - 1].logProbability < logProbability) at--;
      kept.splice(at, 0, { parent, token, logProbability, before });
      if (kept.length > count) kept.pop();
      if (kept.length === count) least = kept[count - 1].logProbability;
    }
  }
  return kept;
}
