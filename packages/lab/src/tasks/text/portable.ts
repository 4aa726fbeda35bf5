/** A language model as other programs can be given it. */
import type { PortableModel } from '../../runs/network.ts';
import type { TrainedRun } from '../kind.ts';
import type { TextConfig } from './config.ts';
import { trainedText } from './run.ts';

export function portableText(run: TrainedRun<TextConfig>): PortableModel {
  const { model, vocabulary } = trainedText(run);
  const { embedding, layers, readout, readoutPlan, regularizer } = model;
  return {
    networks: [
      {
        input: { words: embedding.parameters.weight, plan: embedding.plan },
        ...{ layers, directions: 1, pooling: 'none' },
        readout: { kind: 'table', ...readout, plan: readoutPlan },
      },
    ],
    rule: regularizer.modes.test,
    about: {
      input: 'numbers of words, from 0, as they stand in vocabulary',
      output: readout.clusters
        ? 'log probabilities of the next word'
        : 'logits of the next word; its probabilities are softmax(output)',
    },
    labels: { vocabulary: vocabulary.words },
  };
}
