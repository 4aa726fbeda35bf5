/** A table of trainings that differ from one recipe in one thing each. */
import type { Cell } from '../../pictures/data-table.ts';
import { duration } from '../../report/run-record.ts';
import type { Settings } from '../../training/resolve.ts';
import type { ReproducedTable } from './reproduction.ts';
import type { ReproduceContext } from './trainings.ts';
import { finishedRun } from './trainings.ts';

const exactHeader = [
  ...[
    'name',
    'what',
    'train.nll_per_step',
    'valid.nll_per_step',
    'test.nll_per_step',
    'best_epoch',
    'epochs',
    'seconds',
  ],
];

/** A row of the table. */
export interface Variant extends Settings {
  /** of the run, after the prefix of the table */
  name: string;
  /** in words */
  what: string;
}

/** The figures of every variant, trained where they are missing; undefined when the signal stopped the work. */
export async function variantTable(
  title: string,
  { prefix, recipe, variants }: { prefix: string; recipe: string; variants: readonly Variant[] },
  context: ReproduceContext,
): Promise<{ table: ReproducedTable; data: object[] } | undefined> {
  const rows: string[][] = [];
  const data: object[] = [];
  const exactRows: Cell[][] = [];
  for (const { name, what, ...settings } of variants) {
    const run = await finishedRun(`${prefix}-${name}`, recipe, settings, context);
    if (context.signal.aborted) return undefined;
    if (!run) {
      rows.push([what, 'not run', '', '', '', '']);
      exactRows.push([name, what]);
      continue;
    }
    const { best, seconds, epochs } = run.done;
    data.push({ name, ...settings, best, epochs, seconds });
    const exact = [best.train, best.valid, best.test].map(({ nll_per_step }) => nll_per_step);
    exactRows.push([name, what, ...exact, best.epoch, epochs, seconds]);
    const figures = [best.train, best.valid, best.test].map(({ nll_per_step: nll }) => nll.toFixed(3));
    rows.push([what, ...figures, `${best.epoch} of ${epochs}`, duration(seconds)]);
  }
  const header = ['', 'training', 'validation', 'test', 'best epoch', 'time'];
  const exact = { header: exactHeader, rows: exactRows };
  return { table: { title, header, rows, align: 'lrrrrr', exact }, data };
}
