/** Classification and rating as a task: one answer for a text, or for a sequence of numbers. */
import type { TaskKind } from '../kind.ts';
import { recurrentParameters } from '../shared/parameters.ts';
import { classifyCalibration } from './calibration.ts';
import { type ClassifyConfig, classifyConfig } from './config.ts';
import { classifyDataKind } from './data-kind.ts';
import { classifyMetric, classifyMetrics } from './metrics.ts';
import { featuresOf, outputsOf } from './model.ts';
import { portableClassifier } from './portable.ts';
import { classifyPrediction } from './prediction.ts';
import { keptPredictions } from './predictions-file.ts';
import { keptReading, requireSameReading } from './reading-file.ts';
import { classifySections } from './sections.ts';
import { classifyTask, workingNumbers } from './task.ts';
import type { ClassifyData } from './types.ts';
import { classifyWorkload } from './workloads.ts';

export const classify: TaskKind<ClassifyConfig, ClassifyData> = {
  name: 'classify',
  things: 'labelled data',
  config: classifyConfig,
  data: classifyDataKind,
  metrics: classifyMetrics,
  metric: classifyMetric,
  open: classifyTask,
  size(config, data) {
    const { cell, hidden, layers, embedding, bidirectional } = config.model;
    const { reading } = data;
    const inputSize = reading.tokens ? embedding : featuresOf(reading);
    const outputs = outputsOf(config, reading);
    const words = reading.tokens ? reading.tokens.words.length * embedding : 0;
    const directions = bidirectional ? 2 : 1;
    let recurrent = 0;
    for (let layer = 0; layer < layers; layer++) {
      const below = layer === 0 ? inputSize : directions * hidden;
      recurrent += directions * recurrentParameters({ cell, inputSize: below, hiddenSizes: [hidden] });
    }
    return {
      parameters: words + recurrent + outputs * (directions * hidden + 1),
      working: workingNumbers(config, data),
    };
  },
  files: [keptReading.file, keptPredictions.file],
  requireSameMeaning: ({ directory }, { reading }) => requireSameReading(directory, reading),
  prediction: classifyPrediction,
  calibration: classifyCalibration,
  network: portableClassifier,
  sections: classifySections,
  workloads: { 'classify-words': { make: () => classifyWorkload() } },
  examples: {
    main: ['lethe train classify/reviews --dropout variational:input=.3,recurrent=.3,output=.3'],
    train: [
      'lethe train classify/reviews.csv',
      'lethe train classify/readings.csv --id run --time t --label state',
      'lethe train classify/rt-polarity --fold 3',
    ],
    config: ['lethe config classify'],
    eval: ['lethe eval runs/reviews-variational-1 --mc 50'],
    calibrate: ['lethe calibrate runs/reviews-variational-1 --mc 50'],
    stats: ['lethe data stats classify/reviews'],
    predict: ['lethe predict runs/reviews-variational-1 --in new.csv --out answers.csv --abstain .1'],
    targets: ['classify/reviews', 'classify/PATH'],
  },
};
