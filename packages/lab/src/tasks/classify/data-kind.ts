/** The data of the task, as the command and training know it. */
import { ConfigError } from 'lethe';
import { unknownDataSet } from '../../data/unknown.ts';
import type { DataKind } from '../kind.ts';
import { claimTable } from '../shared/claim-table.ts';
import { labelledNames, listLabelled, missingLabelled } from './catalogue.ts';
import type { ClassifyConfig } from './config.ts';
import { loadLabelled } from './load.ts';
import { classifyStatistics } from './statistics.ts';
import { type ClassifyData, lengthOf } from './types.ts';

export const classifyDataKind: DataKind<ClassifyConfig, ClassifyData> = {
  paths: 'the path of labelled texts or sequences (a table, or a folder of class folders)',
  claim: (path) => claimTable(path, 'label'),
  load: loadLabelled,
  choices,
  published: {
    names: labelledNames,
    fetchable: [],
    list: listLabelled,
    async fetch(name) {
      if (!labelledNames.includes(name)) throw unknownDataSet(name, labelledNames);
      const found = listLabelled().find((one) => one.name === name)!;
      if (found.status === 'missing') throw missingLabelled(name);
      return { path: found.where };
    },
  },
  statistics: classifyStatistics,
};

// --- internal ---

/** The configuration with what the file made of it: roles of columns, tokenizer, head and pooling. */
function choices(config: ClassifyConfig, { reading, found, splits }: ClassifyData): ClassifyConfig {
  const { layout, tokens } = reading;
  const { text, label, id, time, columns: numbers, static: statics } = layout;
  const isClass = layout.target === 'class';
  checkFit(config, isClass);
  const head = config.model.head === 'auto' ? (isClass ? 'softmax' : 'gaussian') : config.model.head;
  return {
    ...config,
    columns: {
      ...config.columns,
      ...{ label, text: text ?? null, id: id ?? null, time: time ?? null },
      ...(layout.rows !== true && { numbers: numbers ?? [] }),
      ...{ static: statics ?? [], group: found.group, splitBy: found.splitBy, labelKind: layout.target },
    },
    tokens: { ...config.tokens, ...(tokens && { tokenizer: tokens.tokenizer }) },
    model: { ...config.model, head, pooling: poolingFor(config, splits) },
    training: {
      ...config.training,
      choice: config.training.choice === 'auto' ? (isClass ? 'nll' : 'rmse') : config.training.choice,
    },
  };
}

/** Throws ConfigError for a head, or a figure to choose by, that the labels do not have. */
function checkFit({ model: { head }, training: { choice } }: ClassifyConfig, isClass: boolean): void {
  const labels = isClass ? 'classes' : 'ratings';
  if (head !== 'auto' && (head === 'softmax') !== isClass) {
    throw new ConfigError(
      `model.head: expected ${isClass ? 'softmax' : 'squared or gaussian'} for ${labels}, found ${head}; --label-kind says what the labels are`,
    );
  }
  const fitting = isClass ? ['nll', 'error_rate'] : head === 'squared' ? ['rmse'] : ['rmse', 'nll'];
  if (choice === 'auto' || fitting.includes(choice)) return;
  throw new ConfigError(`training.choice: expected ${fitting.join(' or ')} for ${labels}, found ${choice}`);
}

/** Steps in the mean from which on the last one does not remember the first. */
const manySteps = 50;

function poolingFor(
  { model }: ClassifyConfig,
  { train }: ClassifyData['splits'],
): ClassifyConfig['model']['pooling'] {
  if (model.pooling !== 'auto') return model.pooling;
  const lengths = train.flatMap(({ parts }) => parts.map(lengthOf));
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return mean > manySteps ? 'mean' : 'last';
}
