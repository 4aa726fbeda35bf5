/** What server and page agree on. */
import { describe, expect, it } from 'vitest';
import type { RunRow } from './api.ts';
import { cellOf, figureText, namesOf, sorted, timeText } from './cells.ts';
import { filterOf } from './filter.ts';
import { grouped, meanOf } from './grouping.ts';
import { panelsOf } from './panels.ts';
import { Smoother } from './smooth.ts';
import { Spread } from './spread.ts';
import { goTo, searchOf, viewOf } from './view.ts';

const row = (
  name: string,
  config: Record<string, unknown>,
  best: Record<string, number | null> = {},
): RunRow => ({
  ...{ id: name, name, path: `runs/${name}`, task: 'music', state: 'finished', config, best, last: {} },
  ...{ epoch: 3, seconds: 1, notes: [] },
});
const rows = [
  row('one', { 'model.hidden': 100, 'model.dropout': 'none', seed: 1 }, { 'valid.loss': 3 }),
  row('two', { 'model.hidden': 100, 'model.dropout': 'none', seed: 2 }, { 'valid.loss': 5 }),
  row('three', { 'model.hidden': 20, 'model.dropout': 'fast:input=.1', seed: 1 }, { 'valid.loss': null }),
];
const kept = (filter: string): string[] => rows.filter(filterOf(filter)).map(({ name }) => name);

describe('a filter', () => {
  it.each([
    ['', ['one', 'two', 'three']],
    ['fast', ['three']],
    ['model.hidden>20', ['one', 'two']],
    ['model.hidden=100 seed=2', ['two']],
    ['valid.loss<=3', ['one']],
    ['valid.loss!=3', ['two', 'three']],
    ['/^runs.t/', ['two', 'three']],
    ['/T/ seed=1', ['three']],
    ['model.dropout="fast:input=.1"', ['three']],
    ['model.hidden<100', ['three']],
    ['valid.loss>3', ['two']],
    ['valid.loss>=3', ['one', 'two']],
    ['model.hidden<=20', ['three']],
    ['/RUNS/g', ['one', 'two', 'three']],
    ['none.such=1', []],
    ['none.such!=1', ['one', 'two', 'three']],
    ['none.such<1', []],
    ['constructor=1', []],
  ])('%j keeps %j', (filter, names) => {
    expect(kept(filter)).toEqual(names);
  });

  it.each([
    ['/(a+)+$/', 'a group that is repeated'],
    ['/(a|a)*b/', 'a group that is repeated'],
    ['/((a?)b){9}/', 'a group that is repeated'],
    ['/(?:(?<x>a*))+$/', 'a group that is repeated'],
    ['/a*a*a*a*b/', 'too many'],
    ['/a?a?a?a?a?aaaaa/', 'too many'],
    ['/(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b/', 'too many'],
    ['/(.*)\\1b/', 'refers back'],
  ])('refuses the pattern %s, which could take for ever', (pattern, why) => {
    expect(() => filterOf(pattern)).toThrow(why);
  });

  it('takes patterns as people write them, and the slowest that it takes is done in no time', () => {
    for (const usual of [
      '/run-.*[05]$/',
      '/(lstm|gru)-\\d+/',
      '/[+*?]|a(b)?/',
      '/(ab)+c{2}/',
      '/(?!x)seed=(?:1|2|3)/',
    ])
      expect(() => filterOf(usual), usual).not.toThrow();
    const long = row(`${'a'.repeat(100_000)}-end`, {});
    expect([long].filter(filterOf('/^runs.a+/')).length).toBe(1);
    expect([long].filter(filterOf('/a-end$/')).length).toBe(1);
    const began = performance.now();
    expect([long].filter(filterOf('/a*a*a*b/')).length).toBe(0);
    // Some 100^4 / 24 steps of the engine for each of two pieces; without a limit 10^18.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('says what is wrong with a pattern, and evaluates nothing', () => {
    expect(() => filterOf('/(/')).toThrow('/(/ is no pattern');
    expect(kept('process.exit(1)')).toEqual([]);
  });
});

describe('the order of a table', () => {
  it('has what is not there last, either way, and numbers as numbers', () => {
    expect(sorted(rows, 'valid.loss').map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    expect(sorted(rows, '-valid.loss').map(({ name }) => name)).toEqual(['two', 'one', 'three']);
    expect(sorted(rows, 'model.hidden')[0].name).toBe('three');
    const names = ['run-10', 'run-9', 'Run-2'].map((name) => row(name, {}));
    expect(sorted(names, 'name').map(({ name }) => name)).toEqual(['Run-2', 'run-9', 'run-10']);
  });

  it('knows no column that an object has from elsewhere', () => {
    expect(cellOf(rows[0], 'toString')).toBeUndefined();
    expect(cellOf(rows[0], '__proto__')).toBeUndefined();
  });
});

it('a figure that is no finite number is said to be none, and one that is missing is a dash', () => {
  expect([figureText(null), figureText(undefined), figureText(0), figureText(2 / 3)]).toEqual([
    ...['not finite', '–', '0', '0.66667'],
  ]);
});

it('a time is that of the reader’s clock', () => {
  const before = process.env.TZ;
  try {
    process.env.TZ = 'America/New_York';
    // five hours behind in winter, four in summer
    expect(timeText('2026-01-31T03:05:59.000Z')).toBe('2026-01-30 22:05');
    expect(timeText('2026-07-31T03:05:59.000Z')).toBe('2026-07-30 23:05');
    expect(timeText('some day')).toBe('some day');
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

it('runs of one name go by their paths', () => {
  const [one, other, third] = ['a/seed-1', 'b/seed-1', 'a/seed-2'].map((path) => ({
    ...row(path, {}),
    ...{ path, name: path.slice(2) },
  }));
  expect([...namesOf([one, other, third]).values()]).toEqual(['a/seed-1', 'b/seed-1', 'seed-2']);
});

describe('groups', () => {
  it('put runs together that differ in the seed alone', () => {
    expect(grouped(rows, 'seed').map(({ label, rows }) => [label, rows.length])).toEqual([
      ['none, hidden 100', 2],
      ['fast:input=.1, hidden 20', 1],
    ]);
    // the deviation of 3 and 5 with n - 1 is the root of 2
    expect(meanOf(rows, 'valid.loss')).toEqual({ mean: 4, deviation: Math.SQRT2, count: 2 });
  });

  it('have no mean of figures of several metrics, and one of what is finite that counts it', () => {
    const music = { ...row('a', {}, { 'valid.nll': 3 }), metric: 'nll' };
    const words = { ...row('b', {}, { 'valid.bleu': 27 }), metric: 'bleu' };
    const diverged = { ...row('c', {}, { 'valid.nll': null }), metric: 'nll' };
    expect(meanOf([music, words], 'ownValid')).toBeUndefined();
    expect(meanOf([music, music, diverged], 'ownValid')).toEqual({ mean: 3, deviation: 0, count: 2 });
  });

  it('are named by the settings that say most of those that they have, and by others where these agree', () => {
    const tune = { dataset: 'folk', 'model.dropout': 'none', 'model.hidden': 8, 'music.splits': 'names' };
    const mixed = [
      row('a', { ...tune, 'model.activation': 'tanh' }),
      row('b', { ...tune, 'model.activation': 'relu' }),
      row('c', { ...tune, 'model.dropout': 'fast:input=.1' }),
      row('d', { dataset: 'pairs', 'model.dropout': 'none', 'model.hidden': 8, 'averaging.decay': null }),
      row('e', { dataset: 'pairs', 'model.dropout': 'none', 'model.hidden': 9, 'averaging.decay': null }),
    ];
    expect(grouped(mixed, 'seed').map(({ label }) => label)).toEqual([
      'folk, none, hidden 8, activation tanh',
      'folk, none, hidden 8, activation relu',
      'folk, fast:input=.1, hidden 8',
      'pairs, none, hidden 8, decay none',
      'pairs, none, hidden 9, decay none',
    ]);
  });

  it('say as much of a key as tells it from the others, also where one is said only later', () => {
    const same = { 'optimizer.decay': 0.9, 'model.hidden': 8 };
    const mixed = [
      row('a', { ...same, 'average.decay': 0.98 }),
      row('b', { ...same, 'average.decay': 0.99 }),
      row('c', { ...same, 'optimizer.decay': 0.8, 'average.decay': 0.98 }),
    ];
    expect(grouped(mixed, 'seed').map(({ label }) => label)).toEqual([
      'average.decay 0.98, optimizer.decay 0.9',
      'average.decay 0.99, optimizer.decay 0.9',
      'average.decay 0.98, optimizer.decay 0.8',
    ]);
  });

  it('do not come apart by settings that change no figure', () => {
    const config = { 'model.hidden': 100, seed: 1 };
    const others = { threads: 2, observe: ['spectral-radius'], 'training.checkpointEvery': 5, seed: 2 };
    expect(grouped([row('one', config), row('two', { ...config, ...others })], 'seed')).toHaveLength(1);
    expect(
      grouped([row('one', config), row('two', { ...config, 'training.batch': 5 })], 'seed'),
    ).toHaveLength(2);
  });

  it('have mean and deviation over all points that their runs share', () => {
    const spread = new Spread();
    spread.add([1, 2, 3], [1, 10, 5]);
    spread.add([1, 2], [3, 10]);
    spread.add([2, 1, 3], [13, 5, 7]);
    const { x, mean, high } = spread.curve();
    expect(x).toEqual([1, 2]);
    expect(mean).toEqual([3, 11]);
    // deviations of 1, 3, 5 and of 10, 10, 13
    expect(high).toEqual([5, 11 + Math.sqrt(3)]);
  });
});

describe('the exponential mean', () => {
  it('begins at the first value and goes on wherever it was left', () => {
    const whole = new Smoother(0.9);
    const values = [4, 2, 8, 8, 1];
    const means = values.map(whole.next);
    expect(means[0]).toBeCloseTo(4, 12);
    // (.09 · 4 · … ) by the definition: sum of w^(n-i) y_i over the sum of the weights
    const weights = values.map((_, i) => 0.9 ** (4 - i));
    const sum = (some: number[]): number => some.reduce((a, b) => a + b, 0);
    expect(means[4]).toBeCloseTo(sum(values.map((y, i) => y * weights[i])) / sum(weights), 12);
    const second = new Smoother(0.9, 3, means[2]);
    expect(values.slice(3).map(second.next)[1]).toBeCloseTo(means[4], 12);
  });

  it('keeps what is absent absent', () => {
    const smoother = new Smoother(0.5);
    expect([Number.NaN, 2, Number.NaN].map(smoother.next)).toEqual([Number.NaN, 2, Number.NaN]);
  });
});

describe('the view', () => {
  it('comes back from its address, and is not there where it is as by default', () => {
    expect(searchOf(viewOf(''))).toBe('');
    const view = goTo('runs', { q: '/a&b=c #%/', sel: 'aa,bb', zoom: '1:5' });
    expect(viewOf(searchOf(view))).toEqual(view);
    expect(viewOf('?strange=1&page=run')).toEqual(goTo('run'));
  });
});

describe('the charts of a run', () => {
  it('show train beside valid, the gap, gradients, and what observers saw', () => {
    const columns = ['epoch', 'train.loss', 'valid.loss', 'valid.other', 'gradient.norm', 'stepRate'];
    const panels = panelsOf(
      [
        ...columns,
        'observe.spectral-radius.rnn.0.recurrent',
        'observe.spectral-radius.rnn.1.recurrent.f',
        'observe.decomposition.rnn.0.ratio',
        'observe.mine.a.b.newFigure',
      ],
      'loss',
      (name) => name,
    );
    expect(panels.map(({ title }) => title)).toEqual([
      ...[
        'loss',
        'Gap: validation minus training',
        'other',
        'Norm of the gradients, mean of an epoch',
        'Step rate',
      ],
      ...['Spectral radius of the recurrent weights', 'Variance part of the gradient over its loss part'],
      'mine: newFigure',
    ]);
    expect(panels[0].columns.map(({ key }) => key)).toEqual(['train.loss', 'valid.loss']);
    expect(panels[5].columns).toEqual([
      { key: 'observe.spectral-radius.rnn.0.recurrent', name: 'rnn.0', colour: 0 },
      { key: 'observe.spectral-radius.rnn.1.recurrent.f', name: 'rnn.1, gate f', colour: 1 },
    ]);
    expect(panels[7].columns).toEqual([{ key: 'observe.mine.a.b.newFigure', name: 'a.b', colour: 0 }]);
  });

  it('give validation its own colour and name where training has no such figure, and name no curve by its title again', () => {
    const columns = ['train.loss', 'valid.loss', 'valid.bleu', 'gradient.norm', 'rates.input'];
    const panels = panelsOf(columns, 'loss', (name) => name);
    expect(panels.map(({ columns }) => columns.map(({ name, colour }) => `${name} ${colour}`))).toEqual([
      ...[['train 0', 'valid 1'], ['gap 0'], ['valid 1'], ['norm 0'], ['input 0']],
    ]);
    expect(panels.map(({ isNamed }) => isNamed)).toEqual([true, false, true, false, true]);
  });
});
