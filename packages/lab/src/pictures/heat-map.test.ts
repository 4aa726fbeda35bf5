import { describe, expect, it, test } from 'vitest';
import { type HeatMapOptions, heatMap } from './heat-map.ts';
import { objections, textsOf } from './svg/legible.suite.ts';

const axis = (name: string, values: readonly string[]) => ({
  label: `${name} (probability of dropping)`,
  name,
  values,
});
const steps = (count: number, by = 0.05): string[] =>
  Array.from({ length: count }, (_, i) => String((i * by).toFixed(2)));
const map = (
  columns: readonly string[],
  rows: readonly string[],
  of: (c: number, r: number) => number | undefined,
  more: Partial<HeatMapOptions> = {},
) =>
  heatMap({
    title: 'Validation over dropout.recurrent and dropout.output',
    x: axis('dropout.recurrent', columns),
    y: axis('dropout.output', rows),
    label: 'NLL per time step (nats), validation',
    column: 'valid_nll',
    values: rows.map((_, r) => columns.map((_, c) => of(c, r))),
    best: { column: 0, row: 0, name: 'best mean validation' },
    ...more,
  });

const bowl = (c: number, r: number): number => 8 + (c - 2) ** 2 / 10 + (r - 1) ** 2 / 7;
describe.each([
  ['a few values', map(steps(5, 0.2), steps(4, 0.2), bowl)],
  ['one cell', map(['0'], ['0.5'], () => 8.5)],
  ['equal values', map(steps(3), steps(3), () => 7)],
  ['no value', map(steps(3), steps(3), () => undefined, { best: undefined })],
  ['twenty by fifteen', map(steps(20), steps(15), bowl)],
  ['forty by forty', map(steps(40), steps(40), bowl)],
  ['a perplexity', map(steps(9), steps(4), (c, r) => 100 + 600 * c * r)],
  ['tiny values', map(steps(4), steps(4), (c, r) => 1e-7 * (c + r + 1))],
  [
    'methods',
    map(['variational:input=0.5,recurrent=0.3,output=0.5', 'fast', 'none'], ['rnn', 'lstm', 'gru'], bowl),
  ],
  [
    'a long title',
    map(steps(4), steps(4), bowl, { title: `Validation over ${'dropout.recurrent=0.25, '.repeat(9)}` }),
  ],
])('a surface of %s', (_, { svg }) => {
  it('is legible', () => expect(objections(svg)).toEqual([]));
  it('names both axes and what the colours stand for, with units', () => {
    const all = textsOf(svg)
      .map(({ text }) => text)
      .join(' ');
    for (const words of ['dropout.recurrent', 'dropout.output', '(nats)']) expect(all).toContain(words);
  });
});

test('figures stand in the cells where these have room for them', () => {
  const texts = textsOf(map(['0', '.5'], ['0', '.5'], (c, r) => 8.25 + c + 2 * r).svg).map(
    ({ text }) => text,
  );
  for (const figure of ['8.25', '9.25', '10.25', '11.25'])
    expect(texts.join(' ')).toMatch(new RegExp(figure.replace('.', '\\.')));
  const many = textsOf(map(steps(40), steps(40), bowl).svg);
  expect(many.length).toBeLessThan(150);
});

test('the data have a row a cell, without those that were not measured', () => {
  const { data } = map(['0', '.5'], ['0', '.5'], (c, r) => (c + r === 2 ? undefined : c + 10 * r));
  expect(data).toEqual({
    header: ['dropout.recurrent', 'dropout.output', 'valid_nll'],
    rows: [
      ['0', '0', 0],
      ['.5', '0', 1],
      ['0', '.5', 10],
    ],
  });
});
