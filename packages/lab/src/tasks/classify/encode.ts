/** From what a file says to what a model sees: tokens by number, standardised numbers with masks. */
import type { LabelledData, StepsInput } from '../../data/tables/labelled-types.ts';
import { isProse } from '../../data/words/prose.ts';
import { splitter } from '../../data/words/splitter.ts';
import type { Tokenizer } from '../../data/words/types.ts';
import { buildVocabulary, vocabularyOf } from '../../data/words/vocabulary.ts';
import type { ClassifyConfig } from './config.ts';
import type { Example, Reading, Sequence } from './types.ts';

/** Tokens that are in no vocabulary: how many, and the first few. */
export interface Unknown {
  count: number;
  words: Set<string>;
}

/** The tokens of a text, at least one. */
export function tokensOf(text: string, level: 'word' | 'char', tokenizer: Tokenizer): string[] {
  const words: string[] = [];
  const all = splitter(level, (word) => words.push(word), { tokenizer });
  all.push(text);
  all.end();
  return words;
}

/** How examples are read, from those of training. */
export function readingOf(
  data: LabelledData,
  train: readonly number[],
  { tokens: how }: Pick<ClassifyConfig, 'tokens'>,
): { reading: Reading; notes: string[] } {
  const notes: string[] = [];
  const reading: Reading = { layout: data.layout };
  const { input, target } = data;
  if (input.kind === 'text') {
    const texts = train.map((i) => input.texts[i]);
    const tokenizer = tokenizerFor(texts, how, notes);
    const counts = new Map<string, number>();
    for (const one of texts) {
      for (const token of tokensOf(one, how.level, tokenizer))
        counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    const { vocabularySize, minCount, level, segment } = how;
    const { words } = buildVocabulary(counts, level, true, {
      minCount,
      ...(vocabularySize !== null && { vocabularySize }),
    });
    reading.tokens = { level, tokenizer, words: [...words], segment };
    notes.push(
      `a vocabulary of ${words.length} ${level === 'word' ? 'words' : 'characters'}, marks included, from ${counts.size} different ones in training (tokens.minCount, tokens.vocabularySize)`,
    );
  } else reading.features = featuresOf(data, input, train);
  if (target?.kind === 'rating') reading.rating = spreadOf(train.map((i) => target.values[i]));
  return { reading, notes };
}

/** Examples by a reading; what of their tokens is unknown is counted. */
export function encoded(data: LabelledData, reading: Reading, unknown?: Unknown): Example[] {
  const { input, names, lines } = data;
  const sequences =
    input.kind === 'text' ? textEncoder(input.texts, reading, unknown) : stepsEncoder(data, input, reading);
  const target = targetsOf(data);
  return names.map((name, i) => ({ parts: sequences(i), target: target(i), name, line: lines[i] }));
}

// --- internal ---

/** Characters by which a tokenizer is chosen. */
const seenLength = 1 << 18;

function tokenizerFor(
  texts: readonly string[],
  { level, tokenizer }: ClassifyConfig['tokens'],
  notes: string[],
): Tokenizer {
  if (level === 'char') return 'whitespace';
  if (tokenizer !== 'auto') return tokenizer;
  let seen = '';
  for (const text of texts) {
    if (seen.length > seenLength) break;
    seen += `${text}\n`;
  }
  const chosen = isProse(seen) ? 'prose' : 'whitespace';
  notes.push(
    chosen === 'prose'
      ? 'words of ordinary text, in lower case and apart from punctuation (--tokenizer)'
      : 'words as they stand between white space (--tokenizer)',
  );
  return chosen;
}

function textEncoder(
  texts: readonly string[],
  { tokens }: Reading,
  unknown?: Unknown,
): (i: number) => Sequence[] {
  const { level, tokenizer, words, segment } = tokens!;
  const vocabulary = vocabularyOf(words, level);
  const other = vocabulary.unknown ?? 0;
  return (i) => {
    const numbers = Int32Array.from(tokensOf(texts[i], level, tokenizer), (token) => {
      const number = vocabulary.numberOf(token);
      if (number === undefined && unknown) {
        unknown.count++;
        if (unknown.words.size < 9) unknown.words.add(token);
      }
      return number ?? other;
    });
    if (numbers.length === 0) return [Int32Array.of(other)];
    if (segment === null || numbers.length <= segment) return [numbers];
    const parts = Math.ceil(numbers.length / segment);
    return Array.from({ length: parts }, (_, k) => numbers.subarray(k * segment, (k + 1) * segment));
  };
}

/** Means and deviations of the values that there are; a column of which some are missing has a mask beside it. */
function featuresOf(
  data: LabelledData,
  input: StepsInput,
  train: readonly number[],
): NonNullable<Reading['features']> {
  const { columns, starts, values, missing } = input;
  const width = columns.length;
  const features = columns.map((name, c) => {
    const seen: number[] = [];
    let masked = false;
    for (const i of train) {
      for (let step = starts[i]; step < starts[i + 1]; step++) {
        if (missing[step * width + c]) masked = true;
        else seen.push(values[step * width + c]);
      }
    }
    return { name, ...spreadOf(seen), masked };
  });
  const { statics } = data;
  const constants = (statics?.columns ?? []).map((name, c) => {
    const at = (i: number) => i * statics!.columns.length + c;
    const seen = train.filter((i) => !statics!.missing[at(i)]).map((i) => statics!.values[at(i)]);
    return { name, ...spreadOf(seen), masked: seen.length < train.length };
  });
  return [...features, ...constants];
}

/** Mean and deviation; of constant numbers, or none, the deviation is 1. */
function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  // Equal ones are told as such: the rounding of their mean would be taken for a deviation.
  if (values.every((value) => value === values[0])) return { mean: values[0] ?? 0, deviation: 1 };
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / values.length;
  return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

function stepsEncoder(
  data: LabelledData,
  input: StepsInput,
  { features }: Reading,
): (i: number) => Sequence[] {
  const { columns, starts, values, missing } = input;
  const { statics } = data;
  const width = features!.length + features!.filter(({ masked }) => masked).length;
  return (i) => {
    const steps = starts[i + 1] - starts[i];
    const row = new Float32Array(steps * width);
    let at = 0;
    for (let step = starts[i]; step < starts[i + 1]; step++) {
      for (const [c, { mean, deviation, masked }] of features!.entries()) {
        const isStep = c < columns.length;
        const from = isStep ? step * columns.length + c : i * statics!.columns.length + c - columns.length;
        const source = isStep ? { values, missing } : statics!;
        const isMissing = source.missing[from] === 1;
        row[at++] = isMissing ? 0 : (source.values[from] - mean) / deviation;
        if (masked) row[at++] = isMissing ? 0 : 1;
      }
    }
    return [{ width, values: row }];
  };
}

function targetsOf({ target }: LabelledData): (i: number) => number {
  if (!target) return () => Number.NaN;
  if (target.kind === 'class') return (i) => (target.codes[i] < 0 ? Number.NaN : target.codes[i]);
  return (i) => (target.missing?.[i] ? Number.NaN : target.values[i]);
}
