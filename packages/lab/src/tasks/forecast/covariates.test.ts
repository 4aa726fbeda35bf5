import { describe, expect, it } from 'vitest';
import { staticRow, unknownStatics } from './covariates.ts';
import type { Covariates } from './data/types.ts';
import { seriesOfValues } from './forecast-data.suite.ts';

describe('static columns of another file', () => {
  const covariates: Covariates = {
    known: [],
    statics: [
      { name: 'size', mean: 20, deviation: 10 },
      { name: 'kind', words: ['blue', 'red'] },
    ],
  };

  it('of numbers stay numbers where one cell of the file is a word, which makes texts of all', () => {
    expect(Array.from(staticRow(covariates, [30, 'red']))).toEqual([1, 1, 0, 1]);
    expect(Array.from(staticRow(covariates, ['30', 'red']))).toEqual([1, 1, 0, 1]);
    expect(Array.from(staticRow(covariates, ['-1.5e1', 'blue']))).toEqual([-3.5, 1, 1, 0]);
    for (const cell of ['big', '', '1 2', '0x1e', undefined])
      expect(Array.from(staticRow(covariates, [cell, 'green'])), cell).toEqual([0, 0, 0, 0]);
  });

  it('are said to be missing where they are no number, or a word that training did not know', () => {
    const series = [
      ['10', 'red'],
      ['big', 'blue'],
      [undefined, 'green'],
    ].map((statics, n) => ({ ...seriesOfValues(`s${n}`, [1, 2]), statics, line: n + 2 }));
    expect(unknownStatics(covariates, series)).toEqual([
      "'size' of 1 series is one that is no number ('big' of 's1', line 3) and is read as missing",
      "'kind' of 1 series is one that training did not know ('green' of 's2', line 4) and is read as missing",
    ]);
  });
});
