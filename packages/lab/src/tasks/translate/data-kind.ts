/** Parallel texts as the command and training know them. */
import fs from 'node:fs';
import { unknownDataSet } from '../../data/unknown.ts';
import type { Config } from '../../runs/config.ts';
import type { DataKind } from '../kind.ts';
import { tableHead } from '../shared/claim-table.ts';
import { listPairs, missingPairs, pairNames } from './data/catalogue.ts';
import { parallelFiles, splitOf } from './data/folder.ts';
import { isLanguage } from './data/languages.ts';
import { loadPairs } from './data/load.ts';
import type { TranslateDataConfig } from './data/settings.ts';
import { pairStatistics } from './data/statistics.ts';
import { sidesNamed } from './data/table.ts';
import type { TranslateData } from './data/types.ts';

/** The data of any configuration that has the keys of `data/settings.ts`. */
export function pairsDataKind<C extends Config & TranslateDataConfig>(): DataKind<C, TranslateData> {
  return {
    paths: 'the path of parallel texts (a folder with train.xx and train.yy, or a table of pairs)',
    claim(path) {
      if (fs.statSync(path).isDirectory()) {
        const pairs = [...parallelFiles(fs.readdirSync(path))].filter(([, { size }]) => size > 1);
        if (pairs.some(([stem]) => splitOf(stem) !== undefined)) return 4;
        return pairs.some(([, group]) => [...group.keys()].every(isLanguage)) ? 2 : 0;
      }
      // A table with both sides by name is of nobody else; one without names may be.
      return sidesNamed(tableHead(path)) ? 4 : 0;
    },
    load: loadPairs,
    choices: (config, { from, to, testSet, testSets, reading: { tokenizer } }) => ({
      ...config,
      pairs: {
        ...config.pairs,
        ...{ from: config.pairs.from ?? (tellsSides(config, from) ? from : null) },
        ...{ to: config.pairs.to ?? (tellsSides(config, to) ? to : null) },
        testSet: testSets.length > 1 ? testSet : config.pairs.testSet,
      },
      tokens: { ...config.tokens, tokenizer },
    }),
    published: {
      names: pairNames,
      fetchable: [],
      list: listPairs,
      async fetch(name) {
        if (!pairNames.includes(name)) throw unknownDataSet(name, pairNames);
        const found = listPairs().find((one) => one.name === name)!;
        if (found.status === 'missing') throw missingPairs(name);
        return { path: found.where };
      },
    },
    statistics: pairStatistics,
  };
}

// --- internal ---

/** Columns without names are called source and target: no word to find them by. */
const tellsSides = ({ dataset }: TranslateDataConfig, language: string): boolean =>
  pairNames.includes(dataset) || !/^(source|target)$/.test(language);
