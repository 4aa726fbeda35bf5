import { expect, it } from 'vitest';
import { found } from './found.ts';
import { tensor } from './tensor/tensor.ts';

it.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [Number.NaN, 'NaN'],
  [12n, 'the bigint 12'],
  ['fast', "the text 'fast'"],
  ['a\u0007b', "the text 'a?b'"],
  [[1, 2], 'an array of 2'],
  [new Float64Array(3), 'a Float64Array of 3'],
  [new DataView(new ArrayBuffer(4)), 'a DataView of 4'],
  [tensor([[1, 2]]), 'a tensor of shape [1, 2]'],
  [{ mean: 1, variance: 2 }, 'an object with mean, variance'],
  [Object.create(null), 'an empty object'],
  [new Date(0), 'a Date'],
  [new (class {})(), 'an empty object'],
  [{ constructor: { name: 3 }, mean: 1 }, 'an object with constructor, mean'],
  [(async function* () {})(), 'a AsyncGenerator'],
  [Symbol('s'), 'a symbol'],
  [Math.max, 'the function max'],
])('says what %s is', (value, words) => {
  expect(found(value)).toBe(words);
});

it('stays short, whatever it is given', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['k'.repeat(500) + i, i]));
  for (const value of [
    'x'.repeat(1e6),
    many,
    10n ** 1000n,
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
  ]) {
    expect(found(value).length).toBeLessThan(300);
  }
});
