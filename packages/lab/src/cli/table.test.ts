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
