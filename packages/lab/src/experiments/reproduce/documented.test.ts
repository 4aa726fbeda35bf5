/** What docs/fast-dropout.md shows is what today's code makes. */
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { errorText } from './bayer2013-accuracy.ts';
import { bayer2013Figure1 } from './bayer2013-figure-1.ts';
import { contextIn } from './context.suite.ts';
import { deviations, formAccuracies } from './moment-accuracy.ts';

const docs = new URL('../../../../../docs/', import.meta.url);
const read = (file: string): string => fs.readFileSync(new URL(file, docs), 'utf8');

/** Arrows, axes and words: everything but the colours of the field, of which rounding may flip a single cell. */
const withoutCells = (svg: string): string =>
  svg.replace(/<g shape-rendering="crispEdges">.*?<\/g>/gs, '').trim();
const number = /-?\d+(?:\.\d+)?/g;

test('the figure has the arrows, axes and words of the command', async () => {
  const made = await bayer2013Figure1.make(contextIn('nowhere'));
  const [now, then] = [made!.figures![0].svg, read('figures/bayer2013/figure-1.svg')].map(withoutCells);
  expect(now.replace(number, '#')).toBe(then.replace(number, '#'));
  const [numbers, others] = [now, then].map((svg) => svg.match(number)!.map(Number));
  // Two decimals are written; the engines differ in the seventh digit.
  for (const [i, value] of numbers.entries()) expect(Math.abs(value - others[i])).toBeLessThan(0.021);
});

test('the table has the errors of the command', () => {
  const rows = formAccuracies().map(({ activation, form, mean, variance }) => {
    const at = (values: number[], limits: number[]): string[] =>
      limits.map((s) => errorText(values[deviations.indexOf(s as 1)]));
    const name = form === 'exact' ? form : form.replace(/^[a-z-]+/, '`$&`');
    return `| ${[activation, name, ...at(mean, [1, 3, 8]), ...at(variance, [0, 1, 3, 8])].join(' | ')} |`;
  });
  expect(read('fast-dropout.md')).toContain(rows.join('\n'));
});
