/** Language modelling as a task: the next word or character from those before it. */
import type { TaskKind } from '../kind.ts';
import { recurrentParameters } from '../shared/parameters.ts';
import { type TextConfig, textConfig } from './config.ts';
import type { TextData } from './data/types.ts';
import { textDataKind } from './data-kind.ts';
import { textEvaluation } from './evaluation.ts';
import { textMetric, textMetrics } from './metrics.ts';
import { portableText } from './portable.ts';
import { textPrediction } from './prediction.ts';
import { checkSameVocabulary } from './run.ts';
import { textSamples } from './samples.ts';
import { textSampling } from './sampling.ts';
import { textTask, workingNumbers } from './task.ts';
import { keptVocabulary } from './vocabulary-file.ts';
import { lmWorkload, lmWorkloads } from './workloads.ts';

export const text: TaskKind<TextConfig, TextData> = {
  name: 'text',
  things: 'texts',
  config: textConfig,
  data: textDataKind,
  metrics: textMetrics,
  metric: (at) => textMetric[at('text.level') === 'char' ? 'char' : 'word'],
  open: textTask,
  size(config, { vocabulary, splits }) {
    const words = vocabulary.words.length;
    const { cell, embedding, hidden, layers, tied } = config.model;
    const hiddenSizes = Array<number>(layers).fill(hidden);
    if (tied) hiddenSizes[layers - 1] = embedding;
    const readout = words * (tied ? 1 : hidden + 1);
    const recurrent = recurrentParameters({ cell, inputSize: embedding, hiddenSizes });
    const training = withinText(config.training, splits.train.length);
    return {
      parameters: words * embedding + recurrent + readout,
      working: workingNumbers({ ...config, training }, words),
    };
  },
  files: [keptVocabulary.file],
  requireSameMeaning: ({ directory }, data) => checkSameVocabulary(directory, data),
  evaluation: textEvaluation,
  sampling: textSampling,
  prediction: textPrediction,
  network: portableText,
  samples: textSamples,
  workloads: Object.fromEntries(lmWorkloads.map((name) => [name, { make: () => lmWorkload(name) }])),
  examples: {
    train: [
      'lethe train zaremba2014/ptb-small',
      'lethe train text/ptb --hidden 400 --dropout variational:input=.3,recurrent=.2,output=.3 --epochs 20',
      'lethe train text/book.txt --level char --dropout variational:input=.2,recurrent=.2',
    ],
    config: ['lethe config text --level char'],
    eval: [
      'lethe eval runs/ptb-none-1 --split valid --streams 1',
      'lethe eval runs/ptb-none-1 --cache window=500,theta=1,lambda=.1',
    ],
    sample: ['lethe sample runs/ptb-none-1 --prompt "the company said" --top-k 40'],
    predict: [
      'lethe predict runs/ptb-none-1 --text letter.txt',
      'echo "the company said" | lethe predict runs/ptb-variational-1 --text - --mc 50 --json',
    ],
    stats: ['lethe data stats ptb', 'lethe data stats book.txt --level char'],
    fetch: ['lethe data fetch ptb'],
    bench: ['lethe bench --workload lm-awd --dtype bf16'],
    targets: ['text/ptb', 'text/PATH'],
  },
};

// --- internal ---

/** A minibatch is never larger than the text; that a text is too short for one is another question. */
function withinText<T extends TextConfig['training']>(training: T, tokens: number): T {
  const batch = Math.min(training.batch, Math.max(1, tokens));
  return { ...training, batch, steps: Math.min(training.steps, Math.ceil(tokens / batch)) };
}
