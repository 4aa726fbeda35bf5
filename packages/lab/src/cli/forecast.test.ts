/** Forecasts by the command: from a file that nobody prepared to answers with dates. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lethe, letheReading } from './testing.suite.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-forecast-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => path.join(folder, name);
const put = (name: string, text: string): string => {
  fs.writeFileSync(at(name), text);
  return at(name);
};
const small = ['--hidden', '8', '--epochs', '2', '--set', 'windows.epoch=128', '--threads', '1'];
const rowsOf = (file: string): string[][] =>
  fs
    .readFileSync(file, 'utf8')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
const day = (t: number): string => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);

/** A daily series in long format. */
const daily = (
  id: string,
  from: number,
  to: number,
  value = (t: number) => 10 + (t % 7) * 2 + (t % 5),
): string =>
  Array.from({ length: to - from }, (_, i) => `${id},${day(from + i)},${value(from + i)}\n`).join('');
const header = 'shop,date,sold\n';

describe('lethe with series', () => {
  let run: string;
  test('trains on the embedded sales, beside simple forecasts', async () => {
    run = at('sales');
    const { code, out, err } = await lethe('train', 'forecast/sales', ...small, '--out', run);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain("series by 'unique_id' (--id), time in 'ds' (--time)");
    expect(out).toContain('horizon (--horizon) 28');
    expect(out).toContain('split by time, from the end of each series: test 3 windows');
    for (const name of ['last value', 'seasonal naive', 'seasonal mean']) expect(out).toContain(name);
  }, 120_000);

  test('measures, calibrates, and measures again with what calibration found', async () => {
    const before = JSON.parse((await lethe('eval', run, '--json')).out).metrics;
    for (const name of [
      'mase',
      'smape',
      'rmsse',
      'wql',
      'crps',
      'coverage_90',
      'width_90',
      'joint_coverage_90',
    ])
      expect(before[name]).toBeGreaterThanOrEqual(0);
    const calibrated = await lethe('calibrate', run);
    expect(calibrated.code).toBe(0);
    expect(calibrated.out).toContain('104 windows kept for calibration');
    const after = JSON.parse((await lethe('eval', run, '--json', '--mc', '3')).out).metrics;
    expect(after.coverage_90).toBe(before.coverage_90);
    expect(after.calibrated_coverage_90).toBeGreaterThan(0.8);
    // Whole horizons ask for wider intervals than single steps.
    expect(after.calibrated_joint_width_90).toBeGreaterThan(after.calibrated_width_90);
    expect(after.calibrated_joint_coverage_90).toBeGreaterThan(after.joint_coverage_90);
    // Draws differ, and what they differ by is no predictive interval.
    expect(after.mc_mase).not.toBe(after.mase);
    expect(after.mc_epistemic_width_90).toBeLessThan(after.mc_width_90);
  }, 120_000);

  test('predicts what comes after the data, with its dates, calibrated', async () => {
    const out = at('answers.csv');
    const { code, err } = await lethe('predict', run, '--out', out);
    expect(code).toBe(0);
    expect(err).toContain('windows that are exchangeable with the 104 windows kept for calibration');
    const [names, ...rows] = rowsOf(out);
    expect(names.join()).toBe(
      'unique_id,ds,horizon,mean,q0.05,q0.1,q0.25,q0.5,q0.75,q0.9,q0.95,lower_90,upper_90,joint_lower_90,joint_upper_90',
    );
    expect(rows).toHaveLength(8 * 28);
    // The data end on 2024-12-29.
    expect(rows[0].slice(0, 3)).toEqual(['apples', '2024-12-30', '1']);
    expect(rows[27].slice(0, 3)).toEqual(['apples', '2025-01-26', '28']);
    for (const row of rows) {
      const [low, , , middle, , , high] = row.slice(4, 11).map(Number);
      expect(low).toBeLessThanOrEqual(middle);
      expect(middle).toBeLessThanOrEqual(high);
      expect(Number(row[13])).toBeLessThan(Number(row[11]));
    }
    // What is promised is what people see: the first row of the file, rounded.
    const [head, first] = (await lethe('predict', run)).out.split('\n').map((line) => line.split(/\s+/));
    expect(head).toEqual([
      'unique_id',
      'ds',
      'mean',
      'lower_90',
      'upper_90',
      'joint_lower_90',
      'joint_upper_90',
    ]);
    for (const [i, column] of [3, 11, 12, 13, 14].entries())
      expect(Number(first[2 + i])).toBeCloseTo(Number(rows[0][column]), 1);
  }, 120_000);

  test('predicts from newer data of the same columns, and refuses others by name', async () => {
    const own = at('own');
    const data = put('own.csv', header + daily('a', 0, 200) + daily('b', 0, 200));
    const trained = await lethe('train', `forecast/${data}`, '--horizon', '7', ...small, '--out', own);
    expect({ code: trained.code, err: trained.err }).toEqual({ code: 0, err: '' });
    const newer = put('newer.csv', header + daily('c', 300, 360));
    const answers = at('newer-answers.csv');
    expect((await lethe('predict', own, '--in', newer, '--out', answers)).code).toBe(0);
    const [names, first] = rowsOf(answers);
    expect(names.slice(0, 2)).toEqual(['shop', 'date']);
    expect(first.slice(0, 3)).toEqual(['c', day(360), '1']);
    const piped = at('piped-answers.csv');
    const content = fs.readFileSync(newer, 'utf8');
    const fromInput = await letheReading(content, 'predict', own, '--in', '-', '--out', piped);
    expect(fromInput.code).toBe(0);
    expect(fs.readFileSync(piped, 'utf8')).toBe(fs.readFileSync(answers, 'utf8'));
    expect((await letheReading('', 'predict', own, '--in', '-')).err).toMatch(
      /^lethe predict: standard input: expected a table, found an empty file\.\n$/,
    );
    const others = put('others.csv', 'shop,date,weather\na,2024-01-01,3\na,2024-01-02,4\na,2024-01-03,4\n');
    const refused = await lethe('predict', own, '--in', others);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /^lethe predict: .*others\.csv: expected a column named 'sold' \(--target\), found shop, date, weather\.\n$/,
    );
    const short = put('short.csv', header + daily('a', 0, 60) + daily('kurz', 0, 3));
    const tooShort = await lethe('predict', own, '--in', short);
    expect(tooShort.code).toBe(1);
    expect(tooShort.err).toMatch(
      /expected at least 7 values of each series, to forecast from, found 3 of 'kurz' \(line 62\); give more of its past, or leave it out\.\n$/,
    );
  }, 120_000);
});
