/** What a model makes of the pairs of a split: likelihood, translations and their BLEU, and with draws how unsure it is. */
import {
  corpusBleu,
  type Hypothesis,
  type InspectedTranslation,
  NumericsError,
  scoped,
  sentenceBleu,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Draws, Metrics, Slices } from '../../runs/task.ts';
import { heldOutBatches } from './data/batches.ts';
import type { Pairs, Reading } from './data/types.ts';
import { written } from './data/words.ts';
import { inspected, meanOf, saidBy } from './inspected.ts';
import type { TranslateModel } from './model.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { type Search, streamsOf, translations } from './translations.ts';

/** Pairs, and how a model of a run reads and writes. */
export interface Split {
  pairs: Pairs;
  reading: Reading;
}

/** A translated sentence of a split, as a report shows it. */
export interface Translated {
  hypothesis: Hypothesis;
  /** words with one space between */
  text: string;
}

/** NLL per token, by the probabilities averaged over draws where there are some. */
export function* likelihood(
  model: TranslateModel,
  { pairs }: Split,
  batch: number,
  draws?: Draws,
): Slices<Metrics> {
  let [sum, count] = [0, 0];
  if (draws) {
    const targets = pairs.target.encoded.map((tokens) => saidBy({ tokens, ended: true }));
    const all = yield* inspected(model, pairs.source.encoded, targets, batch, streamsOf(draws));
    for (const one of all) {
      for (const log of one!.logProbabilities) sum -= log;
      count += one!.logProbabilities.length;
    }
  } else {
    const batches = heldOutBatches(pairs, { batch, batchTokens: null });
    const weights = fixedWeights(Object.values(model.parameters));
    for (let at = 0; at < batches.count; at++) {
      const { nll } = scoped(() =>
        weights.run(() => {
          const { nll } = model.network.score(batches.batch(at));
          return { nll: { sum: nll.sum, count: nll.count } };
        }),
      );
      sum += nll.sum;
      count += nll.count;
      yield { done: at + 1, all: batches.count };
    }
  }
  return { nll_per_token: sum / count, perplexity: Math.exp(sum / count) };
}

/** Translations of the source side; of several draws by their averaged probabilities. */
export function* translated(
  model: TranslateModel,
  { pairs, reading }: Split,
  search: Search,
  draws?: Draws,
): Slices<Translated[]> {
  const found = yield* translations(model, pairs.source.encoded, search, draws && streamsOf(draws));
  return found.map(([hypothesis]) => ({ hypothesis, text: textOf(reading, hypothesis) }));
}

/** Words of a hypothesis; none for a sentence without words. */
export const textOf = ({ target }: Reading, hypothesis: Hypothesis | undefined): string =>
  hypothesis ? target.decode(hypothesis.tokens) : '';

/** BLEU of translations: tokenised, without regard to case, and detokenised as people write. */
export function bleuOf({ pairs, reading }: Split, texts: readonly string[]): Metrics & { bleu: number } {
  const tokenised = tokenisedBleu(pairs, texts);
  const lowercase = reading.rawCase === 'lc';
  const detokenised = corpusBleu(
    texts.map((text) => written(reading, text)),
    pairs.target.raw,
    { tokenize: '13a', lowercase },
  );
  return {
    bleu: tokenised.score,
    [lowercase ? 'bleu_13a_lc' : 'bleu_13a']: detokenised.score,
    brevity_penalty: tokenised.brevityPenalty,
  };
}

export const tokenisedBleu = (pairs: Pairs, texts: readonly string[]) =>
  corpusBleu(texts, pairs.target.texts, tokenised);

/** Figures, and what a model thought of each translation; undefined for a sentence without words. */
export interface Uncertainty {
  metrics: Metrics;
  seen: readonly (InspectedTranslation | undefined)[];
}

/**
 * How unsure a model is of its translations, and how well that tells which are bad: entropy per token of the translations `of` the model,
 * and how much translations drawn apart differ from each other, each against the BLEU of the sentence.
 * Throws NumericsError for draws that are all the same.
 */
export function* uncertaintyOf(
  model: TranslateModel,
  { pairs, reading }: Split,
  of: readonly Translated[],
  search: Search,
  draws?: Draws,
): Slices<Uncertainty> {
  const { encoded } = pairs.source;
  const streams = draws && streamsOf(draws);
  const said = of.map(({ hypothesis }) => saidBy(hypothesis));
  const seen = yield* inspected(model, encoded, said, search.batch, streams);
  const full = Array.from(encoded.keys()).filter((n) => encoded[n].length > 0);
  const entropies = full.map((n) => meanOf(seen[n]!.entropies));
  const bleus = full.map((n) => sentenceBleu(of[n].text, pairs.target.texts[n], tokenised).score);
  const probabilities = full.map((n) => meanOf(seen[n]!.logProbabilities));
  const metrics: Metrics = {
    entropy_per_token: meanOf(entropies),
    entropy_rank: rankCorrelation(entropies, bleus),
    probability_rank: rankCorrelation(probabilities, bleus),
  };
  if (!streams || streams.length < 2) return { metrics, seen };
  const drawn: string[][] = [];
  for (const stream of streams) {
    const greedy = { ...search, beam: 1, best: 1 };
    const found = yield* translations(model, encoded, greedy, [stream]);
    drawn.push(found.map(([hypothesis]) => textOf(reading, hypothesis)));
  }
  const variances = full.map((n) => bleuVariance(drawn.map((texts) => texts[n])));
  if (variances.every((variance) => variance === 0))
    throw new NumericsError(
      `${streams.length} draws of the noise gave the same translations of all of ${full.length} sentences: the method draws nothing here, or its rates are too small to matter`,
    );
  return {
    metrics: {
      ...metrics,
      bleu_variance: meanOf(variances),
      bleu_variance_rank: rankCorrelation(variances, bleus),
    },
    seen,
  };
}

/** Mean over ordered pairs of (1 - BLEU(y_i, y_j))², BLEU of sentences from 0 to 1 (Xiao, Gomez, Gal 2020, Wat zei je?). */
export function bleuVariance(texts: readonly string[]): number {
  let sum = 0;
  for (const [i, one] of texts.entries()) {
    for (const [j, other] of texts.entries()) {
      if (i === j || one === other) continue;
      sum += (1 - sentenceBleu(one, other, tokenised).score / 100) ** 2;
    }
  }
  return sum / (texts.length * (texts.length - 1));
}

// --- internal ---

const tokenised = { tokenize: 'none', lowercase: true } as const;
