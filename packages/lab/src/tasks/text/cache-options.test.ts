import { expect, test } from 'vitest';
import { cacheOptions } from './cache-options.ts';

test('a cache is given in words, what is left out is as for Penn Treebank', () => {
  expect(cacheOptions('window=3785,theta=.6621,lambda=.1279')).toEqual({
    window: 3785,
    theta: 0.6621,
    lambda: 0.1279,
  });
  expect(cacheOptions('lambda=.2')).toEqual({ window: 500, theta: 1, lambda: 0.2 });
});

test('what cannot be is refused with what was expected', () => {
  expect(() => cacheOptions('lamda=.2')).toThrow("found 'lamda=.2'; did you mean 'lambda'?");
  expect(() => cacheOptions('500')).toThrow(
    "--cache expects window, theta, lambda as in window=500,theta=1, found '500'",
  );
  expect(() => cacheOptions('lambda=1')).toThrow(
    '--cache: lambda expects a number from 0 to below 1, found 1',
  );
  expect(() => cacheOptions('window=two')).toThrow('window expects a whole number');
});
