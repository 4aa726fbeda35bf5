/** Translation as a task: a sentence in another language, word by word, with attention to the source. */
import type { TaskKind } from '../kind.ts';
import { type TranslateConfig, translateConfig } from './config.ts';
import { keptReading, requireSameReading } from './data/reading-file.ts';
import type { TranslateData } from './data/types.ts';
import { pairsDataKind } from './data-kind.ts';
import { translateEvaluation } from './evaluation.ts';
import { translateMetric, translateMetrics } from './metrics.ts';
import { parametersOf } from './model.ts';
import { translatePrediction } from './prediction.ts';
import { translateSections } from './sections.ts';
import { translateTask, workingNumbers } from './task.ts';
import { translationsFile } from './translations-file.ts';
import { beamWorkload, translateWorkload } from './workloads.ts';

export const translate: TaskKind<TranslateConfig, TranslateData> = {
  name: 'translate',
  things: 'pairs of sentences',
  config: translateConfig,
  data: pairsDataKind<TranslateConfig>(),
  metrics: translateMetrics,
  metric: translateMetric,
  open: translateTask,
  size: (config, data) => ({
    parameters: parametersOf(config, data.reading),
    working: workingNumbers(config, data),
  }),
  files: [keptReading.file, translationsFile],
  requireSameMeaning: ({ directory }, data) => requireSameReading(directory, data),
  evaluation: translateEvaluation,
  prediction: translatePrediction,
  sections: translateSections,
  workloads: {
    translate: { make: () => translateWorkload() },
    'translate-beam': { make: () => beamWorkload() },
  },
  examples: {
    main: ['lethe train translate/multi30k-en-de'],
    train: [
      'lethe train translate/multi30k-en-de --fraction 1/4',
      'lethe train translate/pairs.tsv --source-lang english --target-lang german',
    ],
    config: ['lethe config translate'],
    eval: ['lethe eval runs/multi30k-en-de-naive-1 --test-set flickr2017 --beam 10'],
    stats: ['lethe data stats translate/multi30k-en-de'],
    predict: [
      'lethe predict runs/multi30k-en-de-naive-1 --in sentences.txt --beam 5',
      'lethe predict runs/multi30k-en-de-naive-1 --in - --attention --tokens --json',
    ],
    targets: ['translate/multi30k-en-de', 'translate/PATH'],
  },
};
