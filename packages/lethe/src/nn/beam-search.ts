/**
 * Beam search over a batch of sentences at once. It knows nothing of networks: a function gives the logarithms of the next
 * token's probabilities, for all hypotheses of all sentences in one call. Hypothesis k of sentence b is row k · batch + b, so that attention over
 * [beam, batch, …] queries reads the memory of [source time, batch, …] as it is.
 */
import { checkFunction, checkWhole } from '../checks.ts';
import { ConfigError, NumericsError } from '../errors.ts';
import { checkNumber, checkNumbers, checkOptionNames } from '../options.ts';

/** Options of {@link beamSearch}. */
export interface BeamOptions {
  /** sentences */
  batch: number;
  /** token that stands before the first one */
  begin: number;
  /** token that ends a sentence */
  end: number;
  /** tokens of a sentence at most, its end counted in */
  maxLength: number;
  /** hypotheses of a sentence; 1: the most probable token each time, until it is the end. @defaultValue 5 */
  beam?: number;
  /** of a sentence are wanted, at most `beam`. @defaultValue 1 */
  best?: number;
  /** a: hypotheses are compared by log p / length^a; 0: by log p. @defaultValue 1 */
  lengthPenalty?: number;
}

/** What a step is told. */
export interface BeamRows {
  /** from 0 on */
  step: number;
  /** [beam · batch], the last token of each row */
  tokens: Int32Array;
  /** [beam · batch], the row of the step before that each row goes on from, by which states are gathered; absent in the first step */
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
 * can reach. Of equal scores the earlier row, then the smaller token goes first. The others of the batch have no influence.
 * @param step gives [beam · batch, vocabulary] logarithms of probabilities
 * @throws ConfigError for a wrong option or result; NumericsError for a logarithm above 0 or not a number
 */
export function beamSearch(
  options: BeamOptions,
  step: (rows: BeamRows) => ArrayLike<number>,
): Hypothesis[][] {
  const settings = settingsOf(options);
  checkFunction('beamSearch', 'step', step);
  const { batch, beam, begin, maxLength } = settings;
  const sentences = Array.from({ length: batch }, () => new Sentence(settings));
  let rows: BeamRows = { step: 0, tokens: new Int32Array(beam * batch).fill(begin) };
  while (true) {
    const logs = step(rows);
    const width = widthOf(logs, settings);
    const tokens = new Int32Array(beam * batch).fill(settings.end);
    const parents = Int32Array.from({ length: beam * batch }, (_, row) => row);
    for (const [b, sentence] of sentences.entries()) {
      if (sentence.isDone) continue;
      sentence.extend((k, token) => logs[(k * batch + b) * width + token], width);
      for (const [k, { parent, token }] of sentence.active.entries()) {
        tokens[k * batch + b] = token;
        parents[k * batch + b] = parent * batch + b;
      }
    }
    if (sentences.every(({ isDone }) => isDone) || rows.step + 1 >= maxLength) break;
    rows = { step: rows.step + 1, tokens, parents };
  }
  return sentences.map((sentence) => sentence.result());
}

// --- internal ---

type Settings = Required<BeamOptions>;

function settingsOf(options: BeamOptions): Settings {
  const where = 'beamSearch';
  checkOptionNames(where, options, ['batch', 'begin', 'end', 'maxLength', 'beam', 'best', 'lengthPenalty']);
  const { beam = 5, best = 1, lengthPenalty = 1, batch, begin, end, maxLength } = options;
  checkWhole(where, 'batch', batch, 1, 2 ** 20);
  checkWhole(where, 'begin', begin);
  checkWhole(where, 'end', end);
  checkWhole(where, 'maxLength', maxLength, 1, 2 ** 20);
  checkWhole(where, 'beam', beam, 1, 1024);
  checkWhole(where, 'best', best, 1, beam);
  checkNumber(where, 'lengthPenalty', lengthPenalty, { from: 0 });
  return { beam, best, lengthPenalty, batch, begin, end, maxLength };
}

function widthOf(logs: unknown, { batch, beam, end }: Settings): number {
  checkNumbers('beamSearch', 'what step returns', logs);
  const width = logs.length / (batch * beam);
  if (Number.isInteger(width) && width > end) return width;
  throw new ConfigError(
    `beamSearch: expected step to return ${batch * beam} rows of more than ${end} numbers, for the end is one of them, got ${logs.length} numbers`,
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
  readonly #finished: Hypothesis[] = [];
  #length = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  extend(logOf: (k: number, token: number) => number, width: number): void {
    const { beam, end, best, maxLength } = this.#settings;
    this.#length++;
    // One more than the beam for each end that may be among them.
    const candidates = mostProbable(this.active, logOf, width, 2 * beam);
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
    if (this.active.length === 0) this.isDone = true;
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
  logOf: (k: number, token: number) => number,
  width: number,
  count: number,
): Open[] {
  const kept: Open[] = [];
  for (const [parent, before] of active.entries()) {
    for (let token = 0; token < width; token++) {
      const log = logOf(parent, token);
      // Rounding of a softmax in float32 may pass 0. Negated so that NaN is refused.
      if (!(log <= 1e-4))
        throw new NumericsError(
          `beamSearch: expected logarithms of probabilities, at most 0, got ${log} for token ${token}; give log-softmax of the logits`,
        );
      const logProbability = before.logProbability + log;
      if (logProbability === Number.NEGATIVE_INFINITY) continue;
      if (kept.length === count && logProbability <= kept[count - 1].logProbability) continue;
      let at = kept.length;
      while (at > 0 && kept[at - 1].logProbability < logProbability) at--;
      kept.splice(at, 0, { parent, token, logProbability, before });
      if (kept.length > count) kept.pop();
    }
  }
  return kept;
}
