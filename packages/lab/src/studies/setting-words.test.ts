import { expect, test } from 'vitest';
import { settingsInWords } from './setting-words.ts';

test('settings in a line have as much of their key as tells them apart', () => {
  expect(settingsInWords({ 'model.hidden': 400, 'optimizer.stepRate': 0.001, seed: 2 })).toBe(
    'hidden=400 stepRate=0.001 seed=2',
  );
  expect(settingsInWords({ 'dropout.awd.input': 0.4, 'dropout.naive.input': 0.5, method: 'awd+naive' })).toBe(
    'awd.input=0.4 naive.input=0.5 method=awd+naive',
  );
});
