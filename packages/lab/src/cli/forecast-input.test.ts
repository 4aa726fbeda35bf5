/** Series as people have them: what cannot be used is said in a sentence with series and line, and everything else is trained on. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-series-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const day = (t: number): string => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
const value = (t: number): number => 10 + (t % 7) * 2 + (t % 5);
const rows = (id: string, count: number, of: (t: number) => number | string = value): string[] =>
  Array.from({ length: count }, (_, t) => `${id},${day(t)},${of(t)}`);

let runs = 0;
/** Trains a little on a file with these lines. */
async function trained(lines: readonly string[], ...options: string[]) {
  const file = path.join(folder, `${++runs}.csv`);
  fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const run = path.join(folder, `run-${runs}`);
  const small = ['--hidden', '4', '--epochs', '1', '--set', 'windows.epoch=64', '--threads', '1'];
  const result = await lethe('train', `forecast/${file}`, ...small, '--out', run, ...options);
  expect(result.err).not.toMatch(/^\s+at /m);
  return { ...result, file, run };
}

/** Exit code 1, one sentence, no run. */
async function refused(lines: readonly string[], sentence: RegExp, ...options: string[]): Promise<void> {
  const { code, err, run } = await trained(lines, ...options);
  expect(err).toMatch(sentence);
  expect({ code, lines: err.split('\n').length }).toEqual({ code: 1, lines: 2 });
  expect(fs.existsSync(run)).toBe(false);
}

test('data of a task that was found are refused with that task and the others', async () => {
  const file = path.join(folder, 'guessed.csv');
  fs.writeFileSync(file, 'alpha,beta\n1,2\n2,3\n');
  const { code, err } = await lethe('train', file, '--out', path.join(folder, 'guessed'));
  expect(code).toBe(1);
  expect(err).toContain(
    `; it was taken for data of classify, \`lethe train text/${file}\` or \`lethe train forecast/${file}\` takes it otherwise.\n`,
  );
  const said = await lethe('train', `classify/${file}`, '--out', path.join(folder, 'guessed'));
  expect(said.err).not.toContain('it was taken');
});

const header = 'id,date,y';

describe('series that cannot be used', () => {
  test('are too short for horizon and history: how long they are, and would have to be', async () => {
    await refused(
      [header, ...rows('kurz', 30)],
      /expected series of at least \d+ steps: 7 of history and a horizon of 20 to train on, .* found 'kurz' of 30 \(line 2\); shorten the horizon/,
      ...['--horizon', '20'],
    );
  });

  test('have two values at one time: series, time and lines', async () => {
    const lines = [header, ...rows('a', 60), ...rows('b', 60), 'b,2024-01-03,9'];
    await refused(lines, /two at 2024-01-03 of series 'b' \(lines 64 and 122\); keep one of each/);
  });

  test('hold what is infinite: the line', async () => {
    await refused([header, ...rows('a', 60, (t) => (t === 40 ? 'inf' : value(t)))], /'y'.*infinit.*line 42/i);
  });

  test('are none: an empty file, and one with a header alone', async () => {
    await refused([], /1?\d+\.csv: expected /);
    await refused([header], /expected rows/);
  });

  test('have no number to forecast', async () => {
    await refused(
      ['id,date,y', 'a,2024-01-01,x', 'a,2024-01-02,y'],
      /expected a column of numbers to forecast \(--target\)/,
    );
  });

  test('have no value in a part: which', async () => {
    const without = (isMissing: (t: number) => boolean) => [
      header,
      ...rows('a', 200, (t) => (isMissing(t) ? '' : value(t))),
    ];
    const horizon = ['--horizon', '4'];
    await refused(
      without((t) => t < 130),
      /^lethe train: .*: expected values in the steps of training, found every one missing, in all series/,
      ...horizon,
    );
    await refused(
      without((t) => t > 110),
      /expected values in the steps of validation, found every one missing/,
      ...horizon,
    );
    await refused(
      without((t) => t > 175),
      /expected values in the steps of test, found every one missing/,
      ...horizon,
    );
  });

  test('are no counts, for a distribution of counts', async () => {
    const { code, err } = await trained(
      [header, ...rows('a', 200, (t) => value(t) + 0.5)],
      ...['--horizon', '7', '--head', 'negative-binomial'],
    );
    expect(code).toBe(2);
    expect(err).toMatch(
      /forecast\.head.*expected counts for negative-binomial, .* found 10\.5 in series 'a'/,
    );
    // Larger than any number that the network computes with.
    const large = await trained(
      [header, ...rows('a', 200, (t) => `${1 + (t % 7)}e300`)],
      ...['--horizon', '7', '--head', 'negative-binomial'],
    );
    expect(large.code).toBe(2);
    expect(large.err).toMatch(/whole numbers from 0 to 2\^53, found 1e\+300 in series 'a'/);
  });
});

describe('series that can be used, with a word about it', () => {
  test('in no order, with gaps and without some values', async () => {
    const lines = rows('a', 200, (t) => (t % 31 === 5 ? 'NaN' : value(t))).filter((_, t) => t % 29 !== 3);
    const mixed = lines.toSorted(
      (a, b) => ((a.length * 7919 + a.charCodeAt(9)) % 13) - ((b.length * 7919 + b.charCodeAt(9)) % 13),
    );
    const { code, out } = await trained([header, ...mixed], '--horizon', '7');
    expect(code).toBe(0);
    expect(out).toContain("rows were not in the order of 'date' and are sorted");
    // 7 of 200 days are left out, 6 of the others have no value: 5, 36, 67, … 191 are 7, of which 36 or so may be among them.
    expect(out).toMatch(/\d+ of 200 values are missing .*; 7 steps have no row/);
  }, 60_000);

  test('that never change, alone and among others: forecasts are that value', async () => {
    const { code, out, run } = await trained(
      [header, ...rows('flat', 200, () => 5), ...rows('b', 200)],
      '--horizon',
      '7',
    );
    expect(code).toBe(0);
    expect(out).toContain('1 series (flat) with one value alone, kept');
    const answers = path.join(folder, 'flat.csv');
    const predicted = await lethe('predict', run, '--out', answers);
    expect(predicted.code).toBe(0);
    expect(predicted.err).toContain("not calibrated: intervals are the model's own; `lethe calibrate ");
    const flat = fs
      .readFileSync(answers, 'utf8')
      .split('\r\n')
      .filter((line) => line.startsWith('flat'));
    expect(flat).toHaveLength(7);
    // Zeros, too, which the last value forecasts without an error: nothing can be as good, and no training has diverged.
    for (const one of [5, 0]) {
      const alone = await trained([header, ...rows('flat', 200, () => one)], '--horizon', '7');
      expect({ code: alone.code, err: alone.err }).toEqual({ code: 0, err: '' });
    }
  }, 60_000);

  test('that have changed since training: what is measured and calibrated may have been trained on, and that is said', async () => {
    const lines = [header, ...rows('a', 300), ...rows('b', 300)];
    const { run, file } = await trained(lines, '--horizon', '7');
    const changed = /\d+\.csv has changed since .* was trained on it: its splits are others/;
    expect((await lethe('eval', run)).err).not.toMatch(changed);
    expect((await lethe('calibrate', run)).err).not.toMatch(changed);
    fs.writeFileSync(file, [header, ...rows('a', 290), ...rows('b', 290), ''].join('\n'));
    expect((await lethe('eval', run)).err).toMatch(changed);
    expect((await lethe('calibrate', run)).err).toMatch(changed);
    fs.rmSync(file);
    expect((await lethe('eval', run)).err).toMatch(/no file or folder '.*\.csv' is there/);
  }, 60_000);

  test('of which one is too short among many: it is left out by name', async () => {
    const many = Array.from({ length: 20 }, (_, n) => rows(`s${n}`, 120)).flat();
    const { code, out } = await trained([header, ...many, ...rows('kurz', 12)], '--horizon', '7');
    expect(code).toBe(0);
    expect(out).toMatch(/1 of 21 series are shorter than .* and left out: 'kurz' of 12 \(line 2402\)/);
  }, 60_000);

  test('in a file that nobody prepared: semicolons, decimal commas, other dates, columns of words', async () => {
    const date = (t: number): string => day(t).split('-').reverse().join('.');
    const lines = Array.from(
      { length: 200 },
      (_, t) => `${date(t)};Lager ${t % 3};${(value(t) + 0.25).toFixed(2).replace('.', ',')};Bemerkung ${t}`,
    );
    const { code, out, run } = await trained(
      ['Datum;Ort;Menge;Notiz', ...lines],
      '--target',
      'Menge',
      '--horizon',
      '7',
    );
    expect(code).toBe(0);
    expect(out).toContain('semicolons');
    expect(out).toMatch(/columns left out: .*Notiz/);
    const answers = path.join(folder, 'menge.csv');
    expect((await lethe('predict', run, '--out', answers)).code).toBe(0);
    expect(fs.readFileSync(answers, 'utf8').split('\r\n')[1]).toMatch(/2024-07-19/);
  }, 60_000);

  test('that count their steps: forecasts go on counting', async () => {
    const lines = Array.from({ length: 150 }, (_, t) => `a,${5000 + 10 * t},${value(t)}`);
    const { run } = await trained(['id,step,y', ...lines], '--horizon', '7');
    const answers = path.join(folder, 'steps.csv');
    expect((await lethe('predict', run, '--out', answers)).code).toBe(0);
    const read = fs.readFileSync(answers, 'utf8').split('\r\n').slice(1, 8);
    // The file ends at 5000 + 10 * 149 = 6490.
    expect(read.map((line) => line.split(',')[1])).toEqual(
      Array.from({ length: 7 }, (_, h) => `${6500 + 10 * h}`),
    );
  }, 60_000);

  test('wide, and a row a series, and with columns that are known and static', async () => {
    const wide = Array.from({ length: 150 }, (_, t) => `${day(t)},${value(t)},${2 * value(t)}`);
    expect((await trained(['date,A,B', ...wide], '--horizon', '7')).code).toBe(0);
    const names = Array.from({ length: 150 }, (_, t) => `V${t + 1}`).join(',');
    const row = (n: number): string =>
      `s${n},${Array.from({ length: 150 }, (_, t) => value(t + n)).join(',')}`;
    const short = await trained(
      [`id,${names}`, row(1), row(2), row(3)],
      '--horizon',
      '7',
      '--frequency',
      'daily',
    );
    expect({ code: short.code, err: short.err }).toEqual({ code: 0, err: '' });
    const known = ['a', 'b'].flatMap((id) =>
      Array.from(
        { length: 157 },
        (_, t) => `${id},${day(t)},${t < 150 ? value(t) : ''},${t % 2},${id === 'a' ? 'north' : 'south'}`,
      ),
    );
    const promoted = await trained(
      ['id,date,y,promo,region', ...known],
      ...['--horizon', '7', '--known', 'promo', '--static', 'region'],
    );
    expect({ code: promoted.code, err: promoted.err }).toEqual({ code: 0, err: '' });
    // The file has the seven days of `promo` that the forecast needs; without them it says so.
    const answers = path.join(folder, 'known.csv');
    expect((await lethe('predict', promoted.run, '--out', answers)).code).toBe(0);
    const west = path.join(folder, 'west.csv');
    fs.writeFileSync(west, ['id,date,y,promo,region', ...known].join('\n').replaceAll('south', 'west'));
    const unknown = await lethe('predict', promoted.run, '--in', west, '--out', answers);
    expect(unknown.code).toBe(0);
    expect(unknown.err).toContain(
      "'region' of 1 series is one that training did not know ('west' of 'b', line 159) and is read as missing",
    );
    const without = path.join(folder, 'without.csv');
    fs.writeFileSync(
      without,
      ['id,date,y,promo,region', ...known.filter((line) => !line.includes(',,'))].join('\n'),
    );
    const ended = await trained(
      ['id,date,y,promo,region', ...known.filter((line) => !line.includes(',,'))],
      ...['--horizon', '7', '--known', 'promo', '--static', 'region'],
    );
    expect(promoted.out).toContain('--out answers.csv   forecasts what comes after the data\n');
    expect(ended.out).toContain(
      `predict ${ended.run} --in FILE --out answers.csv   forecasts what comes after the values of a file that goes on with promo\n`,
    );
    const { code, err } = await lethe('predict', promoted.run, '--in', without);
    expect(code).toBe(1);
    expect(err).toContain(
      `${without}: expected 'promo', which is known in advance, for the 7 steps after the end of series 'a', found 0`,
    );
  }, 60_000);
});
