import { expect, test } from 'vitest';
import { resolveConfig } from './resolve.ts';
import { averagesFrom, rateFactor } from './schedule.ts';

const factors = (config: Parameters<typeof rateFactor>[0], validations: number[], epochs: number) =>
  Array.from({ length: epochs }, (_, epoch) =>
    rateFactor(config, { epoch, validations: validations.slice(0, epoch) }),
  );

test('the small model of Zaremba et al. is first reduced for epoch 6, by half, and every epoch after', () => {
  // max_epoch 4, evaluated at the end of an epoch: epochs 1 to 5 run at the full rate.
  expect(factors(resolveConfig('zaremba2014/ptb-small'), [], 8)).toEqual([1, 1, 1, 1, 1, 0.5, 0.25, 0.125]);
});

test('a rate falls whenever validations were no better for more than the patience', () => {
  const config = resolveConfig('text/tiny', {
    set: ['schedule.kind=worse', 'schedule.patience=1', 'schedule.divide=4'],
  });
  const validations = [9, 8, 8, 8.5, 7, 7.1, 7.2, 7.3, 7.4];
  // After 8 and 8.5 it has waited twice; after 7.1 and 7.2 again; after 7.3 and 7.4 again.
  expect(factors(config, validations, 10)).toEqual([1, 1, 1, 1, 0.25, 0.25, 0.25, 0.0625, 0.0625, 0.015625]);
});

test('a rate falls after the epochs that are named', () => {
  const config = resolveConfig('text/tiny', {
    set: ['schedule.kind=at', 'schedule.epochs=[2,4]', 'schedule.divide=10'],
  });
  const expected = [1, 1, 0.1, 0.1, 0.01];
  factors(config, [], 5).forEach((factor, epoch) => {
    expect(factor).toBeCloseTo(expected[epoch], 12);
  });
});

test('averaging begins as algorithm 1 of Merity et al. (2017) says', () => {
  const config = resolveConfig('text/tiny', { set: ['optimizer.name=nt-asgd', 'optimizer.patience=2'] });
  const log = [9, 7, 8, 8.5];
  // 7.5 against the best of 9 and 7, the two before the last two.
  expect(averagesFrom(config, log, 7.5)).toBe(true);
  expect(averagesFrom(config, log, 6.9)).toBe(false);
  expect(averagesFrom(config, [9, 7], 99)).toBe(false);
  expect(averagesFrom(resolveConfig('text/tiny'), log, 99)).toBe(false);
});
