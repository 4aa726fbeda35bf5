import { expect, test } from 'vitest';
import { table } from './table.ts';

test('columns are as wide as their widest cell and numbers stand to the right', () => {
  expect(
    table(
      [
        ['plain', '8.75'],
        ['fast dropout', '10.25'],
      ],
      { header: ['model', 'NLL'] },
    ),
  ).toEqual(['model           NLL', 'plain          8.75', 'fast dropout  10.25']);
});

test('colour sequences take no room', () => {
  expect(
    table([
      ['\u001b[1mab\u001b[22m', 'x'],
      ['abc', 'y'],
    ]),
  ).toEqual(['\u001b[1mab\u001b[22m   x', 'abc  y']);
});

test('short rows are filled, empty tables are empty, and an indent stands in front', () => {
  expect(table([])).toEqual([]);
  expect(table([['a'], ['b', 'c']], { indent: 2 })).toEqual(['  a', '  b  c']);
});

test('has as many rows as there are', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [String(i), 'x']);
  const lines = table(rows, { align: 'rl' });
  expect(lines).toHaveLength(200_000);
  expect(lines[7]).toBe('     7  x');
});
