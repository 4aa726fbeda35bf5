import path from 'node:path';
import { expect, test } from 'vitest';
import { resolveConfig } from '../training/resolve.ts';
import { defaultRun } from './run-name.ts';

/** The first name that is tried. */
const run = (target: string, ...set: string[]): string => {
  const [first] = defaultRun(resolveConfig(target, { set }));
  return first;
};

test('a run is named after its data, method and seed', () => {
  expect(run('text/nobody-has-it', 'seed=3')).toBe(path.join('runs', 'nobody-has-it-none-3'));
  expect(run('text/nobody-has-it', 'model.dropout=naive:input=.1+variational:recurrent=.2')).toBe(
    path.join('runs', 'nobody-has-it-naive+variational-1'),
  );
});

test('of a path the last part names it, without blanks, slashes and what a shell minds', () => {
  const name = (target: string) => path.basename(run(target));
  expect(name('text/a b/My böok (1).txt')).toBe('My-böok-1-.txt-none-1');
  expect(name('text/../texts/of mine/')).toBe('of-mine-none-1');
  expect(name('text//tmp/.hidden $HOME.txt')).toBe('hidden-HOME.txt-none-1');
  expect(name('text/война и мир.txt')).toBe('война-и-мир.txt-none-1');
  expect(name('text/???')).toBe('data-none-1');
  expect(name('text//')).toBe('data-none-1');
});

test('names that are taken are numbered', () => {
  const names = defaultRun(resolveConfig('text/nobody-has-it'))[Symbol.iterator]();
  expect([1, 2, 3].map(() => path.basename(names.next().value!))).toEqual([
    'nobody-has-it-none-1',
    'nobody-has-it-none-1.2',
    'nobody-has-it-none-1.3',
  ]);
});
