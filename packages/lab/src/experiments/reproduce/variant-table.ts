/** A table of trainings that differ from one recipe in one thing each. */
import { duration } from '../../report/run-record.ts';
import type { Settings } from '../../training/resolve.ts';
import type { ReproduceContext, ReproducedTable } from './reproduction.ts';
import { finishedRun } from './trainings.ts';

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
  for (const { name, what, ...settings } of variants) {
    const run = await finishedRun(`${prefix}-${name}`, recipe, settings, context);
    if (context.signal.aborted) return undefined;
    if (!run) {
      rows.push([what, 'not run', '', '', '', '']);
      continue;
    }
    const { best, seconds, epochs } = run.done;
    data.push({ name, ...settings, best, epochs, seconds });
    const figures = [best.train, best.valid, best.test].map(({ nll_per_step: nll }) => nll.toFixed(3));
    rows.push([what, ...figures, `${best.epoch} of ${epochs}`, duration(seconds)]);
  }
  const header = ['', 'training', 'validation', 'test', 'best epoch', 'time'];
  return { table: { title, header, rows, align: 'lrrrrr' }, data };
}
