/** Runs of forecasts like those of any other task: the same bits again, resumed, searched, reported; every head and method. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objections } from '../pictures/svg/legible.suite.ts';
import { forecastSections } from '../tasks/forecast/sections.ts';
import { lethe } from './testing.suite.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-forecasts-'));
  file = at('data.csv');
  const day = (t: number): string => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
  const value = (n: number, t: number): number => 20 + 5 * n + (t % 7) * (n + 1) + ((t * (n + 3)) % 5);
  const rows = [0, 1, 2].flatMap((n) =>
    Array.from({ length: 160 }, (_, t) => `s${n},${day(t)},${value(n, t)}\n`),
  );
  fs.writeFileSync(file, `id,date,y\n${rows.join('')}`);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => path.join(folder, name);
const small = ['--horizon', '7', '--hidden', '6', '--set', 'windows.epoch=128', '--threads', '1'];
const train = (run: string, ...options: string[]) =>
  lethe('train', `forecast/${file}`, ...small, '--out', at(run), ...options);
const weights = (run: string): Buffer =>
  fs.readFileSync(path.join(at(run), 'checkpoints', 'best.safetensors'));
const last = (run: string): Buffer => fs.readFileSync(path.join(at(run), 'checkpoints', 'last.safetensors'));

describe('runs of forecasts', () => {
  test('have the same bits with the same seed, and others with another', async () => {
    for (const [run, seed] of [
      ['one', '1'],
      ['same', '1'],
      ['other', '2'],
    ])
      expect(await train(run, '--epochs', '2', '--seed', seed)).toMatchObject({ code: 0, err: '' });
    expect(weights('same').equals(weights('one'))).toBe(true);
    expect(weights('other').equals(weights('one'))).toBe(false);
    expect(
      fs
        .readFileSync(path.join(at('same'), 'forecasts.json'))
        .equals(fs.readFileSync(path.join(at('one'), 'forecasts.json'))),
    ).toBe(true);
  }, 60_000);

  test('forecast other series, and are exported, where the data they were trained on are gone', async () => {
    const day = (t: number): string => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
    const rows = (id: string, shop: string, last: number): string =>
      Array.from({ length: 90 }, (_, t) => {
        const y = t < last ? 10 + (t % 7) + ((t * 3) % 5) : '';
        return `${id},${day(t)},${y},${t % 6 === 0 ? 1.5 : 0},${shop}\n`;
      }).join('');
    const header = 'id,date,y,promo,shop\n';
    fs.writeFileSync(at('mine.csv'), `${header}${rows('a', 'north', 90)}${rows('b', 'south', 90)}`);
    fs.writeFileSync(at('newer.csv'), `${header}${rows('c', 'south', 83)}`);
    const columns = ['--known', 'promo', '--static', 'shop'];
    const run = at('gone');
    const trained = [
      'train',
      `forecast/${at('mine.csv')}`,
      ...small,
      ...columns,
      '--epochs',
      '1',
      '--out',
      run,
    ];
    expect(await lethe(...trained)).toMatchObject({ code: 0, err: '' });
    const answers = async (name: string) => {
      const done = await lethe('predict', run, '--in', at('newer.csv'), '--out', at(name));
      expect(done.code).toBe(0);
      return fs.readFileSync(at(name), 'utf8');
    };
    const before = await answers('before.csv');
    expect(before.split('\r\n')).toHaveLength(1 + 7 + 1);
    fs.rmSync(at('mine.csv'));
    expect(await answers('after.csv')).toBe(before);
    expect((await lethe('export', run, '--to', 'onnx')).code).toBe(0);
    const own = await lethe('predict', run);
    expect(own).toMatchObject({ code: 2 });
    expect(own.err).toContain('mine.csv');
    fs.writeFileSync(path.join(run, 'reading.json'), '{"format":2}');
    expect((await lethe('predict', run, '--in', at('newer.csv'))).err).toContain(
      'reading.json holds no reading of series of format 1',
    );
  }, 60_000);

  test('go on after an interruption to the bits of a run without one', async () => {
    const schedule = ['--set', 'schedule.kind=after', '--set', 'schedule.epochs=2'];
    await train('part', '--epochs', '2', ...schedule);
    expect((await lethe('resume', at('part'), '--epochs', '4')).code).toBe(0);
    await train('whole', '--epochs', '4', ...schedule);
    expect(last('part').equals(last('whole'))).toBe(true);
    expect(weights('part').equals(weights('whole'))).toBe(true);
  }, 60_000);

  const kinds: readonly [title: string, options: string[], ...mc: string[]][] = [
    ['gaussian', ['--head', 'gaussian'], '--mc', '4'],
    ['student-t, stacked GRU', ['--head', 'student-t', '--cell', 'gru', '--layers', '2'], '--mc', '4'],
    ['counts', ['--head', 'negative-binomial', '--scaling', 'standard']],
    [
      'the moments of fast dropout',
      ['--head', 'gaussian', '--dropout', 'fast:input=.1,recurrent=.1,output=.2'],
      '--mc',
      '4',
    ],
    [
      'quantiles of fast dropout, RNN',
      ['--cell', 'rnn', '--dropout', 'fast:input=.1,recurrent=.1,output=.2'],
    ],
    [
      'paths',
      ['--head', 'gaussian', '--mode', 'autoregressive', '--set', 'forecast.samples=20'],
      '--mc',
      '10',
    ],
    [
      'paths of the moments of fast dropout',
      [
        ...['--head', 'gaussian', '--mode', 'autoregressive', '--set', 'forecast.samples=20'],
        ...['--dropout', 'fast:input=.1,recurrent=.1,output=.2'],
      ],
    ],
    [
      'paths of counts, zoneout',
      [
        '--head',
        'negative-binomial',
        '--mode',
        'autoregressive',
        '--dropout',
        'zoneout:hidden=.1,cell=.1',
        '--set',
        'forecast.samples=20',
      ],
    ],
    ['members', ['--members', '3', '--set', 'schedule.kind=cosine'], '--mc', '3'],
    [
      'members with moments',
      ['--members', '2', '--head', 'gaussian', '--dropout', 'fast:input=.1,recurrent=.1,output=.2'],
    ],
    ['masks of weights, which rows share', ['--dropout', 'dropconnect:weight=.2'], '--mc', '3'],
    ['noise of weights', ['--dropout', 'weight-noise:deviation=.01']],
    [
      'no dropout, and no calendar',
      [
        '--dropout',
        'none',
        '--scaling',
        'difference',
        '--set',
        'forecast.calendar=[]',
        '--set',
        'forecast.lags=[]',
      ],
    ],
  ];
  for (const [i, [title, options, ...mc]] of kinds.entries()) {
    test(`of ${title} train, are measured, calibrated, and predict the same twice`, async () => {
      const run = `kind-${i}`;
      expect(await train(run, '--epochs', '1', ...options)).toMatchObject({ code: 0, err: '' });
      expect((await lethe('calibrate', at(run), ...mc)).code).toBe(0);
      const { metrics } = JSON.parse((await lethe('eval', at(run), '--json', ...mc)).out);
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
      expect(metrics).toHaveProperty('calibrated_coverage_90');
      if (mc.length > 0) expect(metrics.mc_mase).not.toBe(metrics.mase);
      // Of paths, what the networks differ by and what they are unsure of is one cloud.
      if (mc.length > 0 && !options.includes('--mode'))
        expect(metrics.mc_epistemic_width_90).toBeGreaterThan(0);
      const answers = [1, 2].map((n) => at(`${run}-${n}.csv`));
      for (const out of answers) expect((await lethe('predict', at(run), '--out', out, ...mc)).code).toBe(0);
      const [first, second] = answers.map((out) => fs.readFileSync(out, 'utf8'));
      expect(second).toBe(first);
      expect(first.split('\r\n')).toHaveLength(1 + 3 * 7 + 1);
      expect(first).not.toMatch(/NaN|Infinity/);
    }, 60_000);
  }

  test('are searched', async () => {
    const search = at('search.yaml');
    fs.writeFileSync(
      search,
      `title: small\nbase: forecast/${file}\nset: { training.epochs: 1, forecast.horizon: 7, windows.epoch: 64, model.hidden: 4 }\nspace: { optimizer.stepRate: { logUniform: [.001, .01] } }\n`,
    );
    const { code, out } = await lethe('search', search, '--trials', '2', '--out', at('study'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out.trimEnd().split('\n').at(-1)!)).toMatchObject({ states: { complete: 2 } });
  }, 120_000);

  test('of a series that is 0 throughout the test are reported, with a dash for the loss that is none', async () => {
    const days = Array.from({ length: 160 }, (_, t) => {
      const day = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
      return `${day},${t > 100 ? 0 : (t * 3) % 10}\n`;
    });
    fs.writeFileSync(at('rain.csv'), `date,rain\n${days.join('')}`);
    await lethe('train', `forecast/${at('rain.csv')}`, ...small, '--epochs', '1', '--out', at('rain'));
    const sections = forecastSections({ directory: at('rain'), config: () => undefined });
    expect(sections.map(({ title }) => title)).toContain('Intervals of 90 %');
    const [table] = sections[0].parts;
    // The weighted quantile loss is over the sum of |y|, which is 0.
    expect(table.kind === 'table' && table.table.rows[0].at(-1)).toBe('–');
  }, 60_000);

  test('are reported: figures beside naive ones, fan charts, coverage before and after calibration', async () => {
    await lethe('calibrate', at('one'));
    const report = at('report.html');
    expect((await lethe('report', at('one'), '--out', report)).code).toBe(0);
    const html = fs.readFileSync(report, 'utf8');
    for (const words of [
      'Beside naive forecasts',
      'seasonal mean',
      '90 %, calibrated',
      'after calibration',
      'An interval of 90 % holds the value of its step',
      'Intervals from joint_lower_90',
    ])
      expect(html).toContain(words);
    const parts = forecastSections({ directory: at('one'), config: () => undefined }).flatMap(
      (section) => section.parts,
    );
    const pictures = parts.flatMap((part) => (part.kind === 'picture' ? [part.picture] : []));
    // Six of the windows, and coverage by horizon.
    expect(pictures.length).toBe(7);
    for (const { svg } of pictures) expect(objections(svg)).toEqual([]);
    expect([...new Set(pictures[0].data.rows.map(([name]) => name))]).toEqual([
      ...[
        '90 %',
        '50 %',
        '90 %, calibrated, lower end',
        '90 %, calibrated, upper end',
        'median',
        'what came',
      ],
    ]);
    fs.writeFileSync(path.join(at('other'), 'forecasts.json'), '{');
    expect((await lethe('report', at('other'), '--out', at('broken.html'))).code).toBe(0);
    expect(fs.readFileSync(at('broken.html'), 'utf8')).toContain('holds no forecasts of format 1');
  }, 60_000);
});
