/** `lethe data stats` of parallel texts: pairs, tokens and lengths of each split, and what copying the source would score. */
import { bleuText, corpusBleu, specialTokens } from 'lethe';
import type { DataStatistics, Shown } from '../../kind.ts';
import { counts } from './identity.ts';
import { loadPairs } from './load.ts';
import { dataDefaults, dataOptions, testSetOption } from './settings.ts';
import type { Pairs, TranslateData } from './types.ts';

const known = ['--source-lang', '--target-lang'];

export const pairStatistics: DataStatistics = {
  options: [...dataOptions.filter(({ flags }) => known.some((one) => flags.startsWith(one))), testSetOption],
  async of(dataset, places, given) {
    const pairs = {
      ...dataDefaults.pairs,
      from: (given.sourceLang as string | undefined) ?? null,
      to: (given.targetLang as string | undefined) ?? null,
      testSet: (given.testSet as string | undefined) ?? null,
    };
    return shown(await loadPairs({ ...dataDefaults, dataset, pairs }, places));
  },
};

// --- internal ---

function shown({ name, source, from, to, splits, notes, testSet, testSets }: TranslateData): Shown {
  const rows = Object.entries(splits).map(([split, pairs]) => ({
    split: split === 'test' && testSets.length > 1 ? testSet : split,
    ...counts(pairs),
    sourceLength: lengthsOf(pairs.source.encoded),
    targetLength: lengthsOf(pairs.target.encoded),
    unknown: unknownOf(pairs),
  }));
  // Names and numbers are the same in two languages, and little else.
  const copied = corpusBleu(splits.test.source.raw, splits.test.target.raw, { tokenize: '13a' });
  const number = (value: number): string => value.toLocaleString('en');
  return {
    event: { name, source, from, to, testSet, testSets, splits: rows, copiedSource: copied },
    lines: [
      `${name}, ${source}: ${from} to ${to}`,
      ...notes,
      '',
      {
        rows: rows.map(
          ({ split, pairs, sourceTokens, targetTokens, sourceLength, targetLength, unknown }) => [
            ...[split, number(pairs), number(sourceTokens), number(targetTokens)],
            ...[sourceLength, targetLength].map(({ median, longest }) => `${median} / ${longest}`),
            number(unknown),
          ],
        ),
        header: [
          'split',
          'pairs',
          `${from} tokens`,
          `${to} tokens`,
          `median / longest ${from}`,
          `${to}`,
          '<unk>',
        ],
        align: 'lrrrrrr',
      },
      '',
      `the source copied as its translation: ${bleuText(copied)}`,
    ],
  };
}

function lengthsOf(encoded: readonly Int32Array[]): { median: number; longest: number } {
  const lengths = encoded.map(({ length }) => length).sort((a, b) => a - b);
  return { median: lengths[lengths.length >> 1], longest: lengths[lengths.length - 1] };
}

function unknownOf({ source, target }: Pairs): number {
  let count = 0;
  for (const tokens of [...source.encoded, ...target.encoded])
    for (const token of tokens) if (token === specialTokens.unknown) count++;
  return count;
}
