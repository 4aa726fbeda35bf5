/** A classifier, or a model of ratings, as other programs can be given it. */
import type { PortableModel } from '../../runs/network.ts';
import type { TrainedRun } from '../kind.ts';
import { portableNetwork } from '../shared/portable.ts';
import type { ClassifyConfig } from './config.ts';
import { classifyModel } from './model.ts';
import { keptReading } from './reading-file.ts';
import type { Reading } from './types.ts';

export function portableClassifier(run: TrainedRun<ClassifyConfig>): PortableModel {
  const reading = keptReading.required(run.run.directory);
  const model = classifyModel(run.config, reading);
  model.load(run.weights, run.where);
  const { tokens, layout } = reading;
  return {
    networks: [portableNetwork(model.network)],
    rule: model.regularizer.modes.test,
    about: { input: inputOf(reading), output: outputOf(model.head, reading) },
    labels: {
      ...(layout.classes && { classes: layout.classes }),
      ...(tokens && { vocabulary: tokens.words }),
    },
  };
}

// --- internal ---

function inputOf({ tokens, features }: Reading): string {
  if (tokens) return 'numbers of words, from 0, as they stand in vocabulary';
  const columns = features!.flatMap(({ name, mean, deviation, masked }) => [
    `(${name} - ${mean}) / ${deviation}${masked ? ', 0 where it is missing' : ''}`,
    ...(masked ? [`0 where ${name} is missing, else 1`] : []),
  ]);
  return columns.join('; ');
}

function outputOf(head: ClassifyConfig['model']['head'], { rating }: Reading): string {
  if (head === 'softmax') return 'logits of classes; their probabilities are softmax(output)';
  const units = rating ? ` in units of (rating - ${rating.mean}) / ${rating.deviation}` : '';
  if (head === 'squared') return `the rating${units}`;
  return `mean and s, the variance being softplus(s) + 0.0001,${units}`;
}
