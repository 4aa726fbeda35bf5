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

test('a rate rises over the first steps and falls along a cosine, step by step', () => {
  const config = resolveConfig('text/tiny', {
    set: ['schedule.kind=cosine', 'schedule.warmup=.1', 'schedule.last=.2', 'training.epochs=10'],
  });
  const at = (epoch: number, share: number) => rateFactor(config, { epoch, validations: [], share });
  expect(at(0, 0.5)).toBeCloseTo(0.5, 12);
  expect(at(1, 0)).toBeCloseTo(1, 12);
  // Half of the way from .1 to 1: in the middle between 1 and .2.
  expect(at(5, 0.5)).toBeCloseTo(0.6, 12);
  expect(at(9, 1)).toBeCloseTo(0.2, 12);
  // A run that is resumed beyond its epochs stays at the end.
  expect(at(10, 0.5)).toBeCloseTo(0.2, 12);
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

test.each([
  // latest > min over the validations before the last n: t > n and v > min(logs[0 .. t - n - 1]).
  { patience: 2, before: [9, 7, 6, 8], latest: 6.5, starts: false, why: '6 is among the last two' },
  { patience: 2, before: [9, 7, 6, 8], latest: 7.1, starts: true, why: '7 is the last of those before' },
  { patience: 2, before: [9, 7, 6, 8], latest: 7, starts: false, why: 'as good as the best is not worse' },
  { patience: 2, before: [5, 7, 6, 8], latest: 5.1, starts: true, why: 'the first validation counts' },
  {
    patience: 2,
    before: [5, 9, 9],
    latest: 6,
    starts: true,
    why: 'one validation stands before the last two',
  },
  { patience: 2, before: [5, 9], latest: 6, starts: false, why: 'there is none before the last two' },
  { patience: 1, before: [5, 9], latest: 6, starts: true, why: 'a patience of one leaves out the last' },
  { patience: 1, before: [], latest: 6, starts: false, why: 'the first validation has none before it' },
])('with patience $patience after $before a validation of $latest: $starts, $why', (one) => {
  const config = resolveConfig('text/tiny', {
    set: ['optimizer.name=nt-asgd', `optimizer.patience=${one.patience}`],
  });
  expect(averagesFrom(config, one.before, one.latest)).toBe(one.starts);
});
