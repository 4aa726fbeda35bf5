/** The pairs that a configuration names: found, read, checked, split and encoded. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DataError, type Subwords } from 'lethe';
import { unknownDataSet } from '../../../data/unknown.ts';
import { isProse } from '../../../data/words/prose.ts';
import type { Tokenizer } from '../../../data/words/types.ts';
import type { DataPlaces } from '../../kind.ts';
import { tableReading } from '../../shared/table-config.ts';
import { pairNames, publishedPairs } from './catalogue.ts';
import { checkSides } from './check-sides.ts';
import { readFolder } from './folder.ts';
import { fractionOf, usablePairs, type WordPairs, withSplits } from './prepare.ts';
import type { TranslateDataConfig } from './settings.ts';
import { readPairTable } from './table.ts';
import type { Pairs, RawCorpus, Reading, TranslateData } from './types.ts';
import { learnVocabularies } from './vocabulary.ts';
import { wordsIn } from './words.ts';

/**
 * Loads `multi30k-en-de`, `multi30k-de-en`, a folder of parallel files, or a table of pairs.
 * @throws MissingDataError for a published set that is not here, ConfigError for a name that stands for nothing; DataError for what is
 * broken: sides of different length, too many empty or long lines, sides that look swapped, a script that training has not
 */
export async function loadPairs(
  config: TranslateDataConfig,
  places: DataPlaces = {},
): Promise<TranslateData> {
  const { corpus, source } = await read(config, places);
  const notes = [...corpus.notes];
  const { pairs: how, splits: shares, table, tokens } = config;
  const tokenizer = tokenizerFor(corpus, tokens, notes);
  const reading = { tokenizer, lowerCase: how.lowerCase };
  const words = wordsIn(reading);
  const limits = { maxLength: how.maxLength, maxBad: table.maxBad };
  const usable = (part: RawCorpus['train'] | undefined): WordPairs | undefined =>
    part && usablePairs(part, words, limits, notes);
  const parts = { train: usable(corpus.train)!, valid: usable(corpus.valid), test: usable(corpus.test) };
  const all = withSplits(corpus, parts, shares, notes);
  notes.push(...checkSides(all, corpus));
  const train = fractionOf(all.train, how.fraction, shares.seed, notes);
  const { source: from, target: to } = learnVocabularies(train.source.texts, train.target.texts, tokens);
  notes.push(sizesOf(from, to, tokens));
  const encoded = {
    train: encode(train, from, to),
    valid: encode(all.valid, from, to),
    test: encode(all.test, from, to),
  };
  const whole: Reading = {
    ...{ from: corpus.from, to: corpus.to, ...reading, escaped: corpus.escaped, maxLength: how.maxLength },
    rawCase: how.lowerCase || (corpus.escaped && isLower(train.target.texts)) ? 'lc' : 'mixed',
    ...{ sharesVocabulary: from === to, source: from, target: to },
  };
  return {
    ...{ name: config.dataset, source, from: corpus.from, to: corpus.to },
    splits: encoded,
    ...{ testSet: corpus.testSet, testSets: corpus.testSets },
    reading: whole,
    notes,
    sha256: checksum(encoded, from, to),
  };
}

// --- internal ---

async function read(
  config: TranslateDataConfig,
  places: DataPlaces,
): Promise<{ corpus: RawCorpus; source: string }> {
  const { dataset, pairs, table } = config;
  const file = path.resolve(places.cwd ?? '.', dataset);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) {
    if (!pairNames.includes(dataset))
      throw unknownDataSet(
        dataset,
        pairNames,
        ', or the path of a folder of parallel files or a table of pairs',
      );
    return { corpus: publishedPairs(dataset, pairs.testSet, places), source: 'Multi30k' };
  }
  const { from, to, testSet } = pairs;
  const { encoding } = table;
  const folder = stat.isDirectory()
    ? await readFolder(file, dataset, { from, to, testSet, encoding })
    : undefined;
  if (folder) return { corpus: folder, source: dataset };
  if (
    stat.isDirectory() &&
    !fs.readdirSync(file).some((name) => /\.(tsv|csv|jsonl|ndjson|parquet)(\.gz)?$/i.test(name))
  ) {
    const names = fs.readdirSync(file).slice(0, 5).join(', ');
    throw new DataError(
      `${dataset}: expected parallel files such as train.en and train.de, or tables of pairs, found ${names || 'an empty folder'}`,
    );
  }
  const corpus = await readPairTable(file, dataset, { from, to }, tableReading(table));
  return { corpus, source: dataset };
}

/** Characters by which a tokenizer is chosen. */
const seenLength = 1 << 18;

function tokenizerFor(
  corpus: RawCorpus,
  { level, tokenizer }: TranslateDataConfig['tokens'],
  notes: string[],
): Tokenizer {
  if (tokenizer !== 'auto') return tokenizer;
  if (corpus.escaped || level === 'char') return 'whitespace';
  const { source, target } = corpus.train;
  const head = (lines: readonly string[]): string => {
    let seen = '';
    for (let i = 0; i < lines.length && seen.length < seenLength; i++) seen += `${lines[i]}\n`;
    return seen;
  };
  const isOrdinary = isProse(head(source)) || isProse(head(target));
  notes.push(
    isOrdinary
      ? 'words of ordinary text, case and punctuation apart (--tokenizer)'
      : 'words lie between white space (--tokenizer)',
  );
  return isOrdinary ? 'prose' : 'whitespace';
}

function encode(pairs: WordPairs, from: Subwords, to: Subwords): Pairs {
  const side = ({ texts, raw }: WordPairs['source'], by: Subwords) => ({
    ...{ texts, raw },
    encoded: texts.map((text) => by.encode(text).tokens),
  });
  return {
    length: pairs.lines.length,
    source: side(pairs.source, from),
    target: side(pairs.target, to),
    lines: Uint32Array.from(pairs.lines),
  };
}

function sizesOf(from: Subwords, to: Subwords, { level, vocabulary }: TranslateDataConfig['tokens']): string {
  const pieces = { bpe: 'subwords', word: 'words', char: 'characters' }[level];
  if (from === to)
    return `one vocabulary of ${from.pieces.length} ${pieces} for both sides (tokens.vocabulary)`;
  const how = vocabulary === 'joint' && level === 'bpe' ? ', merges learned on both together' : '';
  return `vocabularies of ${from.pieces.length} and ${to.pieces.length} ${pieces}${how} (tokens.vocabulary)`;
}

const isLower = (texts: readonly string[]): boolean => texts.every((text) => text === text.toLowerCase());

function checksum(splits: TranslateData['splits'], from: Subwords, to: Subwords): string {
  const hash = createHash('sha256');
  for (const [name, { source, target }] of Object.entries(splits)) {
    hash.update(`${name} ${source.texts.length}\n`);
    for (const { texts, raw } of [source, target]) hash.update(JSON.stringify([texts, raw]));
  }
  hash.update(JSON.stringify([from, to]));
  return hash.digest('hex');
}
