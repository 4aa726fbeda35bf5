import { expect, test } from 'vitest';
import { unknownDataSet } from './unknown.ts';

test('a name that is none has the nearest one beside it', () => {
  expect(unknownDataSet('revews', ['reviews', 'sales'], ', or the path of a table').message).toBe(
    "unknown data set 'revews': expected reviews, sales, or the path of a table; did you mean 'reviews'?",
  );
});

test('a path of a file that is gone is no misspelled name', () => {
  for (const name of ['reviews.csv', '/data/reviews']) {
    expect(unknownDataSet(name, ['reviews', 'sales'], ', or the path of a table').message).toBe(
      `no file or folder '${name}' is there, seen from ${process.cwd()}: expected reviews, sales, or the path of a table`,
    );
  }
});
