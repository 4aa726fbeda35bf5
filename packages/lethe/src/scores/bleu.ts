/**
 * BLEU-4 of a corpus and of a sentence (Papineni et al. 2002), with the rules and the smoothing of sacrebleu 2 (Post 2018; Chen, Cherry
 * 2014): in percent, precision_n = matching n-grams / n-grams of the hypotheses, clipped by the largest count in a reference,
 * BLEU = bp · exp(mean over n of log precision_n), bp = min(1, exp(1 - reference length / hypothesis length)).
 */
import { checkArray, checkFlag } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber, checkOptionNames, checkWord } from '../options.ts';
import { type BleuTokenizer, bleuTokenizers, bleuTokens } from './bleu-tokens.ts';

/**
 * What stands for a precision without a match: `exp` 1/2, 1/4, … of a match from the first such order on, `floor` so many matches,
 * `add-k` so many more matches and n-grams from order 2 on, `none` nothing (the score is 0).
 */
export type BleuSmoothing = 'exp' | 'floor' | 'add-k' | 'none';

/** How BLEU is counted; all of it stands in the signature. */
export interface BleuOptions {
  /** @defaultValue '13a', for detokenised text */
  tokenize?: BleuTokenizer;
  /** compares without regard to case. @defaultValue false */
  lowercase?: boolean;
  /** @defaultValue 'exp' */
  smooth?: BleuSmoothing;
  /** of `floor` and `add-k`. @defaultValue .1 of `floor`, 1 of `add-k` */
  smoothValue?: number;
  /** means go over the orders that the hypotheses have n-grams of. @defaultValue false of a corpus, true of a sentence */
  effectiveOrder?: boolean;
}

/** A BLEU score with what it was made of. */
export interface Bleu {
  /** percent */
  score: number;
  /** of the orders 1 to 4, percent, smoothed */
  precisions: number[];
  brevityPenalty: number;
  /** words of the hypotheses */
  hypothesisLength: number;
  /** words of the references, of each sentence the one whose length is nearest */
  referenceLength: number;
  /** `nrefs:1|case:lc|eff:no|tok:none|smooth:exp`: scores with different signatures cannot be compared */
  signature: string;
}

/**
 * BLEU of a corpus: counts are summed over sentences before precisions are taken.
 * @param hypotheses a text for each sentence
 * @param references of each sentence a text, or several
 * @throws ConfigError for what is no text, an unknown or senseless option; ShapeError for sides of different length, or none
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly (string | readonly string[])[],
  options: BleuOptions = {},
): Bleu {
  const settings = settingsOf('corpusBleu', options, false);
  checkTexts('corpusBleu', 'hypotheses', hypotheses);
  checkArray('corpusBleu', 'references', references, 'texts, or of arrays of texts');
  if (hypotheses.length !== references.length || hypotheses.length === 0) {
    throw new ShapeError(
      `corpusBleu: expected a reference for each of at least one hypothesis, got ${hypotheses.length} hypotheses and ${references.length} references`,
    );
  }
  const all = references.map((given, n) => textsOf('corpusBleu', `references[${n}]`, given));
  const counts = noCounts();
  for (const [n, hypothesis] of hypotheses.entries()) count(counts, hypothesis, all[n], settings);
  const numbers = new Set(all.map(({ length }) => length));
  return scoreOf(counts, settings, numbers.size === 1 ? `${all[0].length}` : 'var');
}

/**
 * BLEU of one sentence. The mean goes over the orders that it is long enough for, unless `effectiveOrder` is false.
 * @param references one text, or several
 * @throws as {@link corpusBleu}
 */
export function sentenceBleu(
  hypothesis: string,
  references: string | readonly string[],
  options: BleuOptions = {},
): Bleu {
  const settings = settingsOf('sentenceBleu', options, true);
  checkTexts('sentenceBleu', 'hypothesis', [hypothesis]);
  const texts = textsOf('sentenceBleu', 'references', references);
  const counts = noCounts();
  count(counts, hypothesis, texts, settings);
  return scoreOf(counts, settings, `${texts.length}`);
}

/** The score as it is published: `BLEU|nrefs:1|… = 39.24 79.1/55.3/37.4/22.8 (BP = 0.893 ratio = 0.898 hyp_len = 115 ref_len = 128)`. */
export function bleuText(bleu: Bleu): string {
  if (typeof bleu !== 'object' || bleu === null || !Array.isArray(bleu.precisions)) {
    throw new ConfigError(`bleuText: expected a score of corpusBleu or sentenceBleu, got ${found(bleu)}`);
  }
  const { score, precisions, brevityPenalty, hypothesisLength, referenceLength, signature } = bleu;
  for (const [name, value] of Object.entries({ score, brevityPenalty, hypothesisLength, referenceLength }))
    checkNumber('bleuText', name, value);
  for (const [n, value] of precisions.entries()) checkNumber('bleuText', `precisions[${n}]`, value);
  const ratio = referenceLength > 0 ? hypothesisLength / referenceLength : 0;
  return `BLEU|${signature} = ${score.toFixed(2)} ${precisions.map((p) => p.toFixed(1)).join('/')} (BP = ${brevityPenalty.toFixed(3)} ratio = ${ratio.toFixed(3)} hyp_len = ${hypothesisLength} ref_len = ${referenceLength})`;
}

// --- internal ---

const orders = 4;

type Settings = Required<Omit<BleuOptions, 'smoothValue'>> & { smoothValue: number };

interface Counts {
  matches: number[];
  totals: number[];
  hypothesisLength: number;
  referenceLength: number;
}

const noCounts = (): Counts => ({
  matches: new Array<number>(orders).fill(0),
  totals: new Array<number>(orders).fill(0),
  hypothesisLength: 0,
  referenceLength: 0,
});

function settingsOf(where: string, options: BleuOptions, effective: boolean): Settings {
  checkOptionNames(where, options, ['tokenize', 'lowercase', 'smooth', 'smoothValue', 'effectiveOrder']);
  const { tokenize = '13a', lowercase = false, smooth = 'exp', effectiveOrder = effective } = options;
  checkWord(where, 'tokenize', tokenize, bleuTokenizers);
  checkWord(where, 'smooth', smooth, ['exp', 'floor', 'add-k', 'none']);
  checkFlag(where, 'lowercase', lowercase);
  checkFlag(where, 'effectiveOrder', effectiveOrder);
  if (options.smoothValue !== undefined && (smooth === 'exp' || smooth === 'none')) {
    throw new ConfigError(
      `${where}: smoothing '${smooth}' has no value; leave smoothValue out, or choose smooth 'floor' or 'add-k'`,
    );
  }
  const { smoothValue = smooth === 'add-k' ? 1 : 0.1 } = options;
  checkNumber(where, 'smoothValue', smoothValue, { above: 0 });
  return { tokenize, lowercase, smooth, effectiveOrder, smoothValue };
}

function checkTexts(where: string, name: string, texts: unknown): asserts texts is readonly string[] {
  checkArray(where, name, texts, 'texts');
  for (const [n, text] of texts.entries()) {
    if (typeof text === 'string') continue;
    throw new ConfigError(`${where}: expected ${name} to be a text, got ${found(text)} at sentence ${n}`);
  }
}

function textsOf(where: string, name: string, given: unknown): readonly string[] {
  const texts = typeof given === 'string' ? [given] : given;
  checkTexts(where, name, texts);
  if (texts.length === 0) throw new ShapeError(`${where}: expected at least one text in ${name}, got none`);
  return texts;
}

/** How often each n-gram of every order occurs. Words hold no white space, so a space parts them. */
function ngrams(words: readonly string[]): Map<string, number>[] {
  return Array.from({ length: orders }, (_, order) => {
    const counts = new Map<string, number>();
    for (let from = 0; from + order < words.length; from++) {
      const ngram = words.slice(from, from + order + 1).join(' ');
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
    return counts;
  });
}

function count(counts: Counts, hypothesis: string, references: readonly string[], settings: Settings): void {
  const tokens = (text: string) => bleuTokens(text, settings.tokenize, settings.lowercase);
  const words = tokens(hypothesis);
  const others = references.map(tokens);
  const found = others.map(ngrams);
  for (const [order, of] of ngrams(words).entries()) {
    for (const [ngram, times] of of) {
      const clip = Math.max(...found.map((reference) => reference[order].get(ngram) ?? 0));
      counts.matches[order] += Math.min(times, clip);
      counts.totals[order] += times;
    }
  }
  counts.hypothesisLength += words.length;
  counts.referenceLength += nearestLength(
    words.length,
    others.map(({ length }) => length),
  );
}

/** The length nearest to `length`; of two equally near ones the shorter. */
function nearestLength(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, other) => {
    const nearer = Math.abs(other - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && other < best) ? other : best;
  });
}

function scoreOf(counts: Counts, settings: Settings, references: string): Bleu {
  const { hypothesisLength, referenceLength } = counts;
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength > 0
        ? Math.exp(1 - referenceLength / hypothesisLength)
        : 0;
  const { precisions, order } = smoothed(counts, settings);
  let logs = 0;
  for (const precision of precisions.slice(0, order)) logs += Math.log(precision);
  return {
    score: order === 0 ? 0 : brevityPenalty * Math.exp(logs / order),
    precisions,
    brevityPenalty,
    hypothesisLength,
    referenceLength,
    signature: signatureOf(settings, references),
  };
}

/** Precisions in percent, and the orders that the mean goes over: none where nothing matches. */
function smoothed(counts: Counts, settings: Settings): { precisions: number[]; order: number } {
  const { smooth, smoothValue, effectiveOrder } = settings;
  const precisions = new Array<number>(orders).fill(0);
  if (counts.matches.every((matches) => matches === 0)) return { precisions, order: 0 };
  let share = 1;
  let order: number = orders;
  for (let n = 0; n < orders; n++) {
    const more = smooth === 'add-k' && n > 0 ? smoothValue : 0;
    const matches = counts.matches[n] + more;
    const total = counts.totals[n] + more;
    if (total === 0) break;
    if (effectiveOrder) order = n + 1;
    if (matches > 0) precisions[n] = (100 * matches) / total;
    else if (smooth === 'exp') {
      share /= 2;
      precisions[n] = (100 * share) / total;
    } else if (smooth === 'floor') precisions[n] = (100 * smoothValue) / total;
  }
  return { precisions, order };
}

function signatureOf({ lowercase, effectiveOrder, tokenize, smooth, smoothValue }: Settings, nrefs: string) {
  const value = smooth === 'floor' || smooth === 'add-k' ? `[${smoothValue.toFixed(2)}]` : '';
  return `nrefs:${nrefs}|case:${lowercase ? 'lc' : 'mixed'}|eff:${effectiveOrder ? 'yes' : 'no'}|tok:${tokenize}|smooth:${smooth}${value}`;
}
