/** The data of language models, as the command and training know it. */
import fs from 'node:fs';
import { oneOf } from '../../common/usage.ts';
import { unknownDataSet } from '../../data/unknown.ts';
import { encodings } from '../../data/words/decode-text.ts';
import { tokenizers } from '../../data/words/types.ts';
import type { DataKind, Shown } from '../kind.ts';
import { level, type TextConfig } from './config.ts';
import { textCatalogue, textNames } from './data/catalogue.ts';
import { listTextSets } from './data/list.ts';
import { loadText } from './data/load.ts';
import { fetchText } from './data/published.ts';
import { textStats } from './data/stats.ts';
import type { TextData } from './data/types.ts';

export const textDataKind: DataKind<TextConfig, TextData> = {
  paths: 'the path of a text',
  claim(path) {
    if (!fs.statSync(path).isDirectory()) return 1;
    const names = fs.readdirSync(path, { recursive: true }) as string[];
    return names.some((name) => /\.(txt|md|tokens)(\.gz)?$/i.test(name)) ? 2 : 0;
  },
  load({ dataset, text: { vocabularySize, ...reading } }, places) {
    return loadText(dataset, { ...places, ...reading, vocabularySize: vocabularySize ?? undefined });
  },
  choices: (config, { tokenizer }) => ({ ...config, text: { ...config.text, tokenizer } }),
  published: {
    names: textNames,
    fetchable: textNames,
    list: listTextSets,
    async fetch(name, how) {
      const entry = textCatalogue.find((one) => one.name === name);
      if (!entry) throw unknownDataSet(name, textNames);
      return { paths: await fetchText(entry, how) };
    },
  },
  statistics: {
    options: [
      level('of text: word, char', oneOf('--level', ['word', 'char'])),
      {
        flags: '--tokenizer <NAME>',
        description: `of words: ${tokenizers.join(', ')}, auto (default: as the text needs it)`,
        read: oneOf('--tokenizer', [...tokenizers, 'auto']),
      },
      {
        flags: '--encoding <NAME>',
        description: `of text files: ${encodings.join(', ')} (default: by their byte order mark, else utf-8)`,
        read: oneOf('--encoding', encodings),
      },
    ],
    of: async (name, places, given) => shown(textStats(await loadText(name, { ...places, ...given }))),
  },
};

// --- internal ---

function shown(stats: ReturnType<typeof textStats>): Shown {
  const isWord = stats.level === 'word';
  const source = stats.source === stats.name ? stats.name : `${stats.name}, ${stats.source}`;
  const { uniform, unigram } = stats.nll;
  const better = (value: number | null): string =>
    value === null ? '-' : (isWord ? Math.exp(value) : value / Math.LN2).toFixed(3);
  return {
    event: stats,
    lines: [
      `${source}; a vocabulary of ${count(stats.vocabulary)} ${isWord ? 'words' : 'characters'}`,
      ...stats.notes,
      '',
      {
        rows: Object.entries(stats.splits).map(([split, { tokens, distinct, unknown, unknownShare }]) => [
          ...[split, count(tokens), count(distinct), count(unknown)],
          `${(100 * unknownShare).toFixed(2)} %`,
        ]),
        header: ['split', 'tokens', 'different', '<unk>', 'share'],
        align: 'lrrrr',
      },
      '',
      {
        rows: [
          ['uniform', nll(uniform), better(uniform), 'every token equally likely'],
          ['unigram', nll(unigram), better(unigram), 'each token by its frequency in train, counts plus one'],
        ],
        header: ['model', 'NLL', isWord ? 'perplexity' : 'bits', 'per token of test, natural log'],
        align: 'lrrl',
      },
    ],
  };
}

const count = (value: number): string => value.toLocaleString('en');

const nll = (value: number | null): string => (value === null ? '-' : value.toFixed(4));
