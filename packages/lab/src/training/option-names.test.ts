import { expect, test } from 'vitest';
import { byResume, bySearch, byTrain, withOptions } from './option-names.ts';

test.each([
  ['configuration: model.hidden expects a number', 'configuration: model.hidden (--hidden) expects a number'],
  [
    'configuration: text.level expects word or char',
    'configuration: text.level (--level) expects word or char',
  ],
  ['lower optimizer.stepRate, then', 'lower optimizer.stepRate (--set optimizer.stepRate=), then'],
  ['dtype: expected f32', 'dtype (--dtype): expected f32'],
  ['x.yaml: observe.1 expects a', 'x.yaml: observe.1 (--observe) expects a'],
  ['schedule.epochs.0 expects', 'schedule.epochs.0 (--set schedule.epochs=) expects'],
  [
    'set training.batch=3, as training.batch',
    'set training.batch=3, as training.batch (--set training.batch=)',
  ],
  ['lower training.batch.', 'lower training.batch (--set training.batch=).'],
])('%j names the option', (sentence, named) => {
  expect(withOptions(sentence, byTrain)).toBe(named);
});

test.each([
  'runs/model.hidden/x is not there',
  'model.hidden.txt',
  "the folder 'text.level'",
  '--set training.batch expects one value',
  'the seed of a tree: it grows',
  '--hidden sets model.hidden',
])('%j stays as it is', (sentence) => {
  expect(withOptions(sentence, byTrain)).toBe(sentence);
});

test('a command names what it has itself', () => {
  const sentence = 'model.hidden and training.epochs do not go together';
  expect(withOptions(sentence, bySearch)).toBe(
    'model.hidden (--set model.hidden=) and training.epochs (--set training.epochs=) do not go together',
  );
  expect(withOptions(sentence, byResume)).toBe(
    'model.hidden and training.epochs (--epochs) do not go together',
  );
});
