import { expect, it } from 'vitest';
import { realFrom } from '../tensor/dtype.ts';
import { eachUsedPart, usedPartsOf, usedRows } from './used-rows.ts';

it('used rows come in ascending stretches of neighbours, and nothing beside them', () => {
  const gradient = realFrom([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  usedRows.set(gradient, { width: 2, rows: Uint8Array.of(0, 1, 1, 0, 1, 0, 1) });
  const parts: [number, number[]][] = [];
  eachUsedPart(gradient, (values, from) => parts.push([from, [...values]]));
  // Rows 1 and 2 stand side by side; 3 and 5 are left out.
  expect(parts).toEqual([
    [2, [2, 3, 4, 5]],
    [8, [8, 9]],
    [12, [12, 13]],
  ]);
});

it('a gradient of which nothing is known is used as a whole', () => {
  const [known, unknown] = [realFrom([1, 2]), realFrom([3, 4, 5])];
  usedRows.set(known, { width: 1, rows: Uint8Array.of(0, 1) });
  expect(usedPartsOf([known, unknown]).map((part) => [...part])).toEqual([[2], [3, 4, 5]]);
});
