import { expect, test } from 'vitest';
import { shortKeys } from './short-keys.ts';

test('a key is as short as it can be beside the others', () => {
  expect(shortKeys(['model.hidden', 'dropout.awd.input', 'dropout.naive.input'])).toEqual([
    'hidden',
    'awd.input',
    'naive.input',
  ]);
  // The second has no more parts than the last of the first.
  expect(shortKeys(['training.epochs', 'epochs', 'schedule.epochs'])).toEqual([
    'training.epochs',
    'epochs',
    'schedule.epochs',
  ]);
});

test('a last part that says nothing alone has the one before it', () => {
  expect(shortKeys(['average.kind', 'optimizer.name', 'kind', 'model.hidden'])).toEqual([
    'average.kind',
    'optimizer.name',
    'kind',
    'hidden',
  ]);
});
