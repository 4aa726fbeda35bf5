/** A plan as a table that people read: what noise runs where, with the shapes of its masks. */
import { shapeText } from '../tensor/tensor.ts';
import type { NoiseEntry } from './noise.ts';
import { type Plan, place } from './plan.ts';

/**
 * One line for every entry: site, kind, rate, interval, sharing, scaling, mask shape (T time, B batch, I input,
 * H hidden where sizes are not known), under a line with modes and reference.
 */
export function describe(plan: Plan): string {
  const { regularizer, target, entries } = plan;
  const { modes, moments } = regularizer;
  const form = moments ? `, moments ${moments.form}` : '';
  const head = `${place(target)}: ${regularizer.name} (train ${modes.train}, test ${modes.test}${form})`;
  const rows = entries.map(({ noise }) => [
    noise.site,
    noise.kind,
    `${noise.rate}`,
    `every ${noise.interval}`,
    noise.examples === 'each' ? 'each example' : 'whole batch',
    noise.kind === 'zoneout' ? '-' : noise.scaling,
    shapeText(maskShape(plan, noise)),
  ]);
  if (rows.length === 0) return `${head}\n  no noise`;
  const table = [['site', 'kind', 'rate', 'drawn', 'shared by', 'scaling', 'mask'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
  return [head, ...lines, `  ${regularizer.reference}`].join('\n');
}

// --- internal ---

/** A letter for a length that is not known before data arrives. */
function maskShape({ target }: Plan, noise: NoiseEntry): (number | string)[] {
  const input = target.inputSize ?? 'I';
  const output = target.outputSize ?? (target.cell === 'linear' ? 'O' : 'H');
  if (noise.site === 'weightIn') return [input, output];
  if (noise.site === 'weight') return [target.cell === 'linear' ? input : output, output];
  return [
    ...(noise.interval === 'step' ? ['T'] : []),
    ...(noise.examples === 'each' ? ['B'] : []),
    noise.site === 'input' ? input : output,
  ];
}
