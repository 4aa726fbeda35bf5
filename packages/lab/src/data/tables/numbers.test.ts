import { describe, expect, it } from 'vitest';
import { commaIn, isMissing, parseNumber } from './numbers.ts';

describe('numbers in cells', () => {
  it.each([
    ['12', 12],
    ['-1.5', -1.5],
    ['+.5', 0.5],
    ['1e-3', 0.001],
    ['1,234,567.5', 1234567.5],
    ["1'234.5", 1234.5],
    [' 7 ', 7],
    ['\u22123', -3],
    ['1 234', 1234],
    ['0.000', 0],
    ['1e999', Infinity],
    ['-inf', -Infinity],
  ])('with a decimal point: %j is %d', (cell, value) => {
    expect(parseNumber(cell, '.')).toBe(value);
  });

  it.each([
    ['12', 12],
    ['-1,5', -1.5],
    [',5', 0.5],
    ['1.234.567,5', 1234567.5],
    ['1 234,5', 1234.5],
    ['1,5e3', 1500],
  ])('with a decimal comma: %j is %d', (cell, value) => {
    expect(parseNumber(cell, ',')).toBe(value);
  });

  it.each([
    ['1.5', ','],
    ['1,5', '.'],
    ['12,34', '.'],
    ['1,23,456', '.'],
    ['abc', '.'],
    ['0x10', '.'],
    ['12 kg', '.'],
    ['0,123', '.'],
  ] as const)('that %j is none with the sign %s', (cell, decimal) => {
    expect(parseNumber(cell, decimal)).toBeNaN();
  });

  it.each(['', 'NA', 'n/a', 'NaN', 'null', '?', '-', '.', '#N/A'])('%j is a missing one', (cell) => {
    expect(isMissing(cell)).toBe(true);
  });

  it.each(['0', 'no', 'Nana', 'none of it'])('%j is no missing one', (cell) => {
    expect(isMissing(cell)).toBe(false);
  });

  it('a comma between three digits may part thousands or not, any other is decimal', () => {
    expect(['1,234', '1,5', '1.234,5', '12,345.6', 'a,b', '0,123'].map(commaIn)).toEqual([
      'either',
      'decimal',
      'decimal',
      'none',
      'none',
      'decimal',
    ]);
  });
});
