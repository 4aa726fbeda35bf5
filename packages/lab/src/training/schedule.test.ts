import { expect, test } from 'vitest';
import { resolveConfig } from './resolve.ts';
import { averagesFrom, averagesStep, momentumOf, rateFactor } from './schedule.ts';

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

const at = (words: string, epochs: number) => {
  const config = resolveConfig('text/tiny', {
    settings: { schedule: words, 'training.epochs': epochs },
  });
  const standing = (epoch: number, share: number) => ({ epoch, validations: [], share });
  return {
    rate: (epoch: number, share: number) => rateFactor(config, standing(epoch, share)),
    momentum: (epoch: number, share: number) => momentumOf(config, standing(epoch, share)),
  };
};

test('one cycle rises, stays, falls and ends in phases of all epochs, with the momentum the other way round', () => {
  // Gugger and Howard (2018): 7.5, 37.5, 37.5 and 7.5 of 90 epochs, momentum .8 and .7.
  const { rate, momentum } = at('one-cycle:momentum=.8/.7', 90);
  const figures = (epoch: number, share: number) => [rate(epoch, share), momentum(epoch, share)];
  for (const [[epoch, share], expected] of [
    [
      [0, 0],
      [0.1, 0.8],
    ],
    [
      [3, 0.75],
      [0.55, 0.75],
    ],
    [
      [44, 0.5],
      [1, 0.7],
    ],
    [
      [82, 0.5],
      [0.1, 0.8],
    ],
    [
      [86, 0.25],
      [0.05, 0.8],
    ],
    // A run that is resumed beyond its epochs stays at the end.
    [
      [95, 0.5],
      [0, 0.8],
    ],
  ]) {
    figures(epoch, share).forEach((figure, i) => {
      expect(figure, `epoch ${epoch}`).toBeCloseTo(expected[i], 12);
    });
  }
  expect(at('one-cycle', 90).momentum(3, 0.75)).toBeUndefined();
  expect(at('cosine', 90).momentum(3, 0.75)).toBeUndefined();
});

test.each<[string, [number, number, number][]]>([
  // Half of a tenth of 10 epochs, then at the full rate for good.
  [
    'warmup:warmup=.1',
    [
      [0, 0.5, 0.5],
      [1, 0, 1],
      [9, 0.9, 1],
    ],
  ],
  // From 1 after the first epoch to .1 after the tenth: half way after 5.5.
  [
    'linear:warmup=.1,last=.1',
    [
      [0, 0.5, 0.5],
      [1, 0, 1],
      [5, 0.5, 0.55],
      [9, 1, 0.1],
    ],
  ],
  // Between epochs, what it is in the middle of the next: 5.5 of 10, and 9.5.
  [
    'linear:warmup=0,last=0,by=epoch',
    [
      [5, 0, 0.45],
      [5, 0.9, 0.45],
      [9, 0.3, 0.05],
    ],
  ],
  [
    'warmup:warmup=.4,by=epoch',
    [
      [0, 0, 0.125],
      [0, 0.9, 0.125],
      [3, 0.1, 0.875],
      [4, 0, 1],
    ],
  ],
  [
    'one-cycle:phases=1/0/1/0,first=.5,by=epoch',
    [
      [0, 0.7, 0.55],
      [4, 0, 0.95],
      [5, 0, 0.95],
      [9, 0, 0.55],
    ],
  ],
  // By a factor in the course of every epoch after the second; before the third at once otherwise.
  [
    'after:epochs=2,divide=4,by=step',
    [
      [1, 0.9, 1],
      [2, 0, 1],
      [2, 0.5, 0.5],
      [3, 0, 0.25],
    ],
  ],
  [
    'after:epochs=2,divide=4',
    [
      [1, 0.9, 1],
      [2, 0, 0.25],
      [2, 0.5, 0.25],
      [3, 0, 0.0625],
    ],
  ],
  [
    'at:epochs=1.5/4,divide=10',
    [
      [1, 0.4, 1],
      [1, 0.5, 0.1],
      [3, 0.9, 0.1],
      [4, 0, 0.01],
    ],
  ],
])('%s', (words, places) => {
  const { rate } = at(words, 10);
  for (const [epoch, share, factor] of places) {
    expect(rate(epoch, share), `epoch ${epoch}, ${share} of it`).toBeCloseTo(factor, 12);
  }
});

test('a tail of the weights is of the last epochs that there may be, an exponential average of all', () => {
  const counted = (average: string) => {
    const config = resolveConfig('text/tiny', { settings: { average, 'training.epochs': 4 } });
    return [0, 1, 2, 3, 4].map((epoch) => averagesStep(config, { epoch, validations: [] }));
  };
  expect(counted('tail:epochs=2')).toEqual([false, false, true, true, true]);
  expect(counted('tail:epochs=9')).toEqual([true, true, true, true, true]);
  expect(counted('exponential')).toEqual([true, true, true, true, true]);
  expect(counted('none')).toEqual([false, false, false, false, false]);
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
