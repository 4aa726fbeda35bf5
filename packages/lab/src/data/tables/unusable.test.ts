import { expect, it } from 'vitest';
import { UnusableRows } from './unusable.ts';

it('reasons that differ in the cell alone are one, with the first of their cells', () => {
  const rows = new UnusableRows();
  for (let line = 2; line < 12; line++) rows.add(`expected a number in 'y', found 'it's ${line}'`, line);
  rows.add("expected a number in 'z', found '%'", 20);
  rows.add("expected a number in 'z', found '%'", 21);
  rows.add('expected 3 cells, found 4', 22);
  // Of one reason each there were ten before, and six of them said.
  expect(rows.sentences).toEqual([
    "10 rows left out: expected a number in 'y', found 'it's 2' and the like (lines 2, 3, 4, 5, 6 and 5 more)",
    "2 rows left out: expected a number in 'z', found '%' (lines 20, 21)",
    '1 row left out: expected 3 cells, found 4 (line 22)',
  ]);
  expect(rows.count).toBe(13);
});
