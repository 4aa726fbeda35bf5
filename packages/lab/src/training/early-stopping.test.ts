import { expect, test } from 'vitest';
import { finishReason, isBetter } from './early-stopping.ts';

const best = (epoch: number, nll = 8) => ({
  epoch,
  train: { nll_per_step: nll },
  valid: { nll_per_step: nll, nll_per_sequence_mean: nll },
});
const limits = { epochs: 10, patience: 3, minutes: 1 };

test('a lower NLL is better, an equal one is not', () => {
  expect(isBetter(9, null, 'nll_per_step')).toBe(true);
  expect(isBetter(7.99, best(1), 'nll_per_step')).toBe(true);
  expect(isBetter(8, best(1), 'nll_per_step')).toBe(false);
});

test('a run ends after its epochs, its patience or its time', () => {
  expect(finishReason({ epoch: 10, position: 0, best: best(10) }, limits, 0)).toBe('epochs');
  expect(finishReason({ epoch: 7, position: 0, best: best(4) }, limits, 0)).toBe('patience');
  expect(finishReason({ epoch: 6, position: 0, best: best(4) }, limits, 0)).toBeUndefined();
  expect(finishReason({ epoch: 1, position: 0, best: best(1) }, limits, 60)).toBe('minutes');
});

test('a run goes on inside an epoch and while nothing is validated', () => {
  expect(finishReason({ epoch: 9, position: 2, best: best(1) }, limits, 99)).toBeUndefined();
  expect(finishReason({ epoch: 4, position: 0, best: null }, limits, 99)).toBeUndefined();
});

test('without limits of patience and time only the epochs count', () => {
  const none = { epochs: 10, patience: null, minutes: null };
  expect(finishReason({ epoch: 9, position: 0, best: best(1) }, none, 1e9)).toBeUndefined();
});
