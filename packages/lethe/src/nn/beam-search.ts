/**
 * Beam search over a batch of sentences at once. It knows nothing of networks: a function gives the logarithms of the next
 * token's probabilities, for all hypotheses of the sentences that are still searched in one call, a row each. Those of a sentence stand beside each
 * other, the most probable first, so that what they share is read once.
 */
import { checkFunction, checkOneLength, checkWhole, isObject } from '../checks.ts';
import { ConfigError, NumericsError } from '../errors.ts';
import { found } from '../found.ts';
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
  /** [rows], the sentence of each row, ascending: each has one row in the first step and at most `beam` later on, none when it is done */
  sentences: Int32Array;
  /** [rows], their last tokens */
  tokens: Int32Array;
  /** [rows], the row of the step before that each goes on from, by which states are gathered; absent in the first step */
  parents?: Int32Array;
}

/**
 * What a step gives: logarithms of probabilities, [rows, vocabulary]; or logits and what each row of them is too large by, log Σ exp; or
 * these of the most probable tokens alone.
 */
export type NextTokens = ArrayLike<number> | NextLogits;

/** Logits of the tokens that may come next. */
export interface NextLogits {
  /** [rows, vocabulary], or of `tokens` */
  logits: ArrayLike<number>;
  /** [rows], log Σ exp of all logits */
  totals: ArrayLike<number>;
  /**
   * [rows, 2 · beam] or more, the most probable tokens of each row, best first, of equal logits the smaller; -1 where there are no more.
   * @defaultValue the whole vocabulary
   */
  tokens?: Int32Array;
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
 * can reach. Hypotheses that cannot are asked for no more before that already: whatever stands behind one of them can as little, so that what is
 * found is the same. Of equal scores the earlier row, then the smaller token goes first. The others of the batch have no influence.
 * @param step gives logarithms of probabilities for every row
 * @throws ConfigError for a wrong option or result; NumericsError for a logarithm above 0 or not a number
 */
export function beamSearch(options: BeamOptions, step: (rows: BeamRows) => NextTokens): Hypothesis[][] {
  const settings = settingsOf(options);
  checkFunction('beamSearch', 'step', step);
  const { batch, begin } = settings;
  const all = Array.from({ length: batch }, (_, b) => new Sentence(settings, settings.maxLength[b]));
  let rows: BeamRows = {
    step: 0,
    sentences: Int32Array.from({ length: batch }, (_, b) => b),
    tokens: new Int32Array(batch).fill(begin),
  };
  while (rows.tokens.length > 0) {
    const table = tableOf(step(rows), rows.tokens.length, settings);
    const { sentences } = rows;
    for (let row = 0; row < sentences.length; ) {
      const sentence = all[sentences[row]];
      const count = sentence.active.length;
      sentence.extend(table, row);
      row += count;
    }
    rows = next(rows, all);
  }
  return all.map((sentence) => sentence.result());
}

// --- internal ---

type Settings = Required<BeamOptions> & { maxLength: Int32Array };

/** The rows of the sentences that go on. */
function next({ step, sentences: before }: BeamRows, all: readonly Sentence[]): BeamRows {
  const sentences: number[] = [];
  const tokens: number[] = [];
  const parents: number[] = [];
  for (const [first, sentence] of before.entries()) {
    if (before[first - 1] === sentence) continue;
    for (const { parent, token } of all[sentence].active) {
      sentences.push(sentence);
      tokens.push(token);
      parents.push(first + parent);
    }
  }
  const [whose, last, from] = [sentences, tokens, parents].map((numbers) => Int32Array.from(numbers));
  return { step: step + 1, sentences: whose, tokens: last, parents: from };
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

/** Rows of a step: log p = logits - total of the row; of `tokens`, best first, or of all. */
interface Table {
  logits: ArrayLike<number>;
  totals?: ArrayLike<number>;
  tokens?: Int32Array;
  width: number;
}

function tableOf(given: NextTokens, rows: number, { beam, end }: Settings): Table {
  const where = 'beamSearch';
  const { logits, totals, tokens }: Partial<NextLogits> =
    isObject(given) && 'logits' in given
      ? (given as NextLogits)
      : { logits: given as ArrayLike<number>, totals: undefined };
  checkNumbers(where, 'what step returns', logits);
  if (isObject(given) && 'logits' in given) {
    checkNumbers(where, 'the totals that step returns', totals);
    if (totals!.length !== rows)
      throw new ConfigError(`${where}: expected step to return ${rows} totals, got ${totals!.length}`);
  }
  const width = logits.length / rows;
  if (tokens !== undefined) {
    if (
      tokens instanceof Int32Array &&
      tokens.length === logits.length &&
      width >= 2 * beam &&
      width % 1 === 0
    )
      return { logits, totals, tokens, width };
    throw new ConfigError(
      `${where}: expected step to return ${rows} rows of ${2 * beam} tokens or more with a logit each, got ${found(tokens)} and ${logits.length} logits`,
    );
  }
  if (Number.isInteger(width) && width > end) return { logits, totals, width };
  throw new ConfigError(
    `${where}: expected step to return ${rows} rows of more than ${end} numbers, for the end is one of them, got ${logits.length} numbers`,
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
  /** hypotheses that go on, the most probable first; none when the sentence is done */
  active: Open[] = [{ parent: 0, token: -1, logProbability: 0, before: undefined }];
  readonly #settings: Settings;
  readonly #maxLength: number;
  /** best first; what comes behind those that are wanted is not kept */
  readonly #finished: Hypothesis[] = [];
  #ended = 0;
  #length = 0;

  constructor(settings: Settings, maxLength: number) {
    this.#settings = settings;
    this.#maxLength = maxLength;
  }

  /** @param first the row of the first hypothesis in the table */
  extend(table: Table, first: number): void {
    const { beam, end, until } = this.#settings;
    this.#length++;
    // One more than the beam for each end that may be among them.
    const candidates = mostProbable(this.active, table, first, 2 * beam);
    const ends = candidates.slice(0, beam).filter(({ token }) => token === end);
    for (const { logProbability, before } of ends) this.#finish(before, logProbability, true);
    const open = candidates.filter(({ token }) => token !== end).slice(0, beam);
    const isCutOff = this.#length === this.#maxLength;
    if (isCutOff) for (const one of open) this.#finish(one, one.logProbability, false);
    const isGreedyEnd = beam === 1 && ends.length > 0;
    const hasEnded = until === 'beam' && this.#ended >= beam;
    this.active = isCutOff || isGreedyEnd || hasEnded ? [] : this.#worthwhile(open);
  }

  /** Those that can still become better than the worst one wanted; where ends are counted all, if one can. */
  #worthwhile(open: Open[]): Open[] {
    const worst = this.#finished[this.#settings.best - 1];
    if (worst === undefined) return open;
    const most = this.#norm(this.#maxLength);
    const count = open.findIndex(({ logProbability }) => logProbability / most <= worst.score);
    if (count < 0 || (count > 0 && this.#settings.until === 'beam')) return open;
    return open.slice(0, count);
  }

  result(): Hypothesis[] {
    return this.#finished.slice(0, this.#settings.best);
  }

  #norm(length: number): number {
    return length ** this.#settings.lengthPenalty;
  }

  #finish(last: Open | undefined, logProbability: number, ended: boolean): void {
    this.#ended++;
    const score = logProbability / this.#norm(this.#length);
    const at = this.#finished.findIndex((other) => other.score < score);
    if (at < 0 && this.#finished.length >= this.#settings.best) return;
    const tokens: number[] = [];
    for (let open = last; open?.before; open = open.before) tokens.push(open.token);
    const hypothesis = { tokens: Int32Array.from(tokens.reverse()), logProbability, score, ended };
    this.#finished.splice(at < 0 ? this.#finished.length : at, 0, hypothesis);
  }
}

/** The `count` most probable continuations, best first. */
function mostProbable(
  active: readonly Open[],
  { logits, totals, tokens, width }: Table,
  first: number,
  count: number,
): Open[] {
  const best = new Candidates(count);
  for (const [parent, { logProbability }] of active.entries()) {
    const row = first + parent;
    const from = row * width;
    const total = totals === undefined ? 0 : totals[row];
    const base = logProbability - total;
    if (tokens === undefined) {
      for (let token = 0; token < width; token++) {
        const logit = logits[from + token];
        // Not a number goes on, and is refused.
        if (base + logit <= best.worst) continue;
        checkLog(logit - total, token);
        best.put(base + logit, parent, token);
      }
      continue;
    }
    // Also where no token has a probability.
    if (!Number.isFinite(total)) checkLog(Number.NaN, tokens[from]);
    for (let at = from; at < from + width && tokens[at] >= 0; at++) {
      if (base + logits[at] <= best.worst) break;
      checkLog(logits[at] - total, tokens[at]);
      best.put(base + logits[at], parent, tokens[at]);
    }
  }
  return best.all(active);
}

/** The best of hundreds of thousands of continuations a step: of almost all only one comparison is made, and the others make no objects. */
class Candidates {
  /** what a continuation must be better than */
  worst = Number.NEGATIVE_INFINITY;
  readonly #logs: Float64Array;
  readonly #parents: Int32Array;
  readonly #tokens: Int32Array;
  #kept = 0;

  constructor(count: number) {
    this.#logs = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#parents = new Int32Array(count);
    this.#tokens = new Int32Array(count);
  }

  /** Behind those that are as good. */
  put(log: number, parent: number, token: number): void {
    const [logs, parents, tokens] = [this.#logs, this.#parents, this.#tokens];
    let at = Math.min(this.#kept, logs.length - 1);
    for (; at > 0 && logs[at - 1] < log; at--) {
      logs[at] = logs[at - 1];
      parents[at] = parents[at - 1];
      tokens[at] = tokens[at - 1];
    }
    logs[at] = log;
    parents[at] = parent;
    tokens[at] = token;
    if (this.#kept < logs.length) this.#kept++;
    this.worst = logs[logs.length - 1];
  }

  all(active: readonly Open[]): Open[] {
    const all: Open[] = [];
    for (let i = 0; i < this.#kept; i++) {
      const parent = this.#parents[i];
      all.push({
        parent,
        token: this.#tokens[i],
        logProbability: this.#logs[i],
        before: active[parent],
      });
    }
    return all;
  }
}

/** Throws NumericsError for what is no logarithm of a probability; rounding of a softmax in float32 may pass 0. */
function checkLog(log: number, token: number): void {
  // Negated so that NaN is refused.
  if (log <= 1e-4) return;
  throw new NumericsError(
    `beamSearch: expected logarithms of probabilities, at most 0, got ${log} for token ${token}; give log-softmax of the logits`,
  );
}
