/** `lethe data stats` of labelled data: its splits, their labels and lengths, and what simple models reach on the test. */
import type { Baseline } from '../../runs/task.ts';
import type { DataStatistics, Shown } from '../kind.ts';
import { columnOptions } from '../shared/table-options.ts';
import { baselinesOf } from './baselines.ts';
import { classifyDefaults } from './config.ts';
import { loadLabelled } from './load.ts';
import { type ClassifyData, type Example, lengthOf } from './types.ts';

export const classifyStatistics: DataStatistics = {
  options: [columnOptions.label],
  async of(name, places, given) {
    const config = classifyDefaults();
    const columns = { ...config.columns, label: (given.label as string | undefined) ?? null };
    const data = await loadLabelled({ ...config, dataset: name, columns }, places);
    const work = baselinesOf(data, data.splits.test);
    for (;;) {
      const { done, value } = work.next();
      if (done) return shown(data, value);
    }
  },
};

// --- internal ---

function shown(data: ClassifyData, baselines: readonly Baseline[]): Shown {
  const { name, source, notes, splits, reading } = data;
  const classes = reading.layout.classes ?? [];
  const rows = Object.entries(splits).map(([split, examples]) => ({
    split,
    examples: examples.length,
    ...lengthsOf(examples),
    ...(classes.length > 0 && {
      classes: Object.fromEntries(
        classes.map((word, k) => [word, examples.filter(({ target }) => target === k).length]),
      ),
    }),
  }));
  const metric = classes.length > 0 ? 'accuracy' : 'rmse';
  const named = classes.slice(0, 8);
  return {
    event: { name, source, splits: rows, baselines },
    lines: [
      `${name}, ${source}`,
      ...notes,
      '',
      {
        rows: rows.map((row) => [
          ...[row.split, `${row.examples}`, `${row.shortest} / ${row.median} / ${row.longest}`],
          ...named.map((word) => `${row.classes?.[word] ?? 0}`),
        ]),
        header: ['split', 'examples', 'shortest / median / longest', ...named],
        align: `lrr${'r'.repeat(named.length)}`,
      },
      '',
      {
        rows: baselines.map(({ name: model, metrics }) => [model, metrics[metric].toFixed(4)]),
        header: ['model', `${metric} on test`],
        align: 'lr',
      },
    ],
  };
}

/** In tokens or steps. */
function lengthsOf(examples: readonly Example[]): { shortest: number; median: number; longest: number } {
  const lengths = examples
    .map(({ parts }) => parts.reduce((sum, part) => sum + lengthOf(part), 0))
    .sort((a, b) => a - b);
  if (lengths.length === 0) return { shortest: 0, median: 0, longest: 0 };
  return {
    shortest: lengths[0],
    median: lengths[Math.floor(lengths.length / 2)],
    longest: lengths[lengths.length - 1],
  };
}
