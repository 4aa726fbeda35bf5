import { readFileSync } from 'node:fs';
import { NoiseStream } from 'lethe';
import { describe, expect, test } from 'vitest';
import { lethe, small, texts, useFolder } from './testing.suite.ts';

const files = useFolder();
const metricsOf = (run: string) =>
  JSON.parse(readFileSync(`${run}/metrics.jsonl`, 'utf8').trimEnd().split('\n').at(-1)!).best.test;
const fast = ['--set', 'optimizer.stepRate=.01', '--epochs', '20'];

describe('ratings', () => {
  const table = `text,stars\n${texts(300)
    .map(({ text, stars }) => `${text},${(1000 + 100 * stars).toFixed(3)}`)
    .join('\n')}\n`;

  test('are learned standardised and scored in their own units, with a deviation of their own', async () => {
    const file = files.put('stars.csv', table);
    const run = files.at('gaussian');
    const trained = await lethe(
      'train',
      `classify/${file}`,
      ...small,
      ...fast,
      '--dropout',
      'variational:output=.1',
      '--out',
      run,
    );
    expect(trained).toMatchObject({ code: 0, err: '' });
    const { rmse, nll } = metricsOf(run);
    // 1100 to 1500 with a deviation of some 150: half of it is learned by any model of the words.
    expect(rmse).toBeGreaterThan(5);
    expect(rmse).toBeLessThan(90);
    expect(nll).toBeLessThan(0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(150));
    expect((await lethe('calibrate', run)).out).toMatch(
      /an interval holds the truth of at least 90 % of new examples/,
    );
    const { metrics } = (await lethe('eval', run, '--mc', '8', '--json')).json()[0] as never as {
      metrics: Record<string, number>;
    };
    for (const name of [
      'rmse',
      'mae',
      'nll',
      'mc_rmse',
      'calibrated_nll',
      'calibrated_coverage_90',
      'calibrated_width_90',
    ])
      expect(metrics[name]).toBeGreaterThan(0);
    expect(metrics.calibrated_rmse).toBe(metrics.rmse);
    const out = files.at('answers.csv');
    expect((await lethe('predict', run, '--in', file, '--mc', '4', '--out', out)).code).toBe(0);
    const [header, first] = readFileSync(out, 'utf8').split('\r\n');
    expect(header).toBe('stars,id,line,prediction,deviation,epistemic_deviation,lower,upper');
    const [, , , mean, deviation, epistemic, lower, upper] = first.split(',').map(Number);
    expect(lower).toBeLessThan(mean);
    expect(upper).toBeGreaterThan(mean);
    expect(epistemic).toBeLessThan(deviation);
  }, 120_000);

  test('by fast dropout are said by moments, without a sample', async () => {
    const file = files.put('fast.csv', table);
    const run = files.at('fast');
    const trained = await lethe(
      'train',
      `classify/${file}`,
      ...small,
      ...fast,
      '--dropout',
      'fast:input=.1,output=.2',
      '--out',
      run,
    );
    expect(trained).toMatchObject({ code: 0, err: '' });
    expect(metricsOf(run).rmse).toBeLessThan(90);
    const answered = await lethe('predict', run, '--in', file, '--json');
    const deviations = (answered.json() as never as { deviation: number }[])
      .slice(0, 50)
      .map(({ deviation }) => deviation);
    // The variance of the output unit differs from text to text; the noise of observations alone would not.
    expect(new Set(deviations).size).toBeGreaterThan(10);
    expect((await lethe('eval', run, '--mc', '4', '--json')).json()[0]).toHaveProperty('metrics.mc_rmse');
  }, 120_000);

  test('by squared errors have no density until they are calibrated', async () => {
    const file = files.put('squared.csv', table);
    const run = files.at('squared');
    const options = ['--set', 'model.head=squared', '--epochs', '2', '--out', run];
    expect((await lethe('train', `classify/${file}`, ...small, ...options)).code).toBe(0);
    expect(metricsOf(run)).not.toHaveProperty('nll');
    const refusesToAbstain = async () => {
      const abstains = await lethe('predict', run, '--in', file, '--abstain', '.1');
      expect(abstains.code).toBe(2);
      expect(abstains.err).toMatch(/--abstain: expected a model that says how sure it is/);
    };
    await refusesToAbstain();
    expect((await lethe('calibrate', run)).code).toBe(0);
    // The one deviation of its calibration is no order: the last rows of the file would be the least sure.
    await refusesToAbstain();
    const drawn = await lethe('predict', run, '--in', file, '--abstain', '.1', '--mc', '8', '--json');
    const answers = drawn.json() as never as { abstain: boolean; epistemic_deviation: number }[];
    const deviations = answers.slice(0, 300).map((one) => one.epistemic_deviation);
    const limit = deviations.toSorted((a, b) => b - a)[29];
    expect(answers.slice(0, 300).map((one) => one.abstain)).toEqual(deviations.map((one) => one >= limit));
    expect((await lethe('eval', run, '--json')).json()[0]).toHaveProperty('metrics.calibrated_nll');
  }, 120_000);
});

describe('sequences of numbers', () => {
  /** Whether the last of four numbers is above the first: long format, two columns, one of which says nothing. */
  const lines = (n: number): string[] => {
    const draws = new NoiseStream(5).normals({ site: 'sample' }, n * 8);
    return Array.from({ length: n }, (_, id) => {
      const length = 4 + (id % 4);
      const at = (t: number): number => draws[(id * 8 + t) % draws.length];
      const label = at(length - 1) > at(0) ? 'rise' : 'fall';
      return Array.from(
        { length },
        (_, t) =>
          `s${id},${t},${at(t).toFixed(4)},${draws[(id * 31 + t * 7) % draws.length].toFixed(2)},${label}`,
      );
    }).flat();
  };

  test('in long format are told apart by --id, in the order of --time', async () => {
    const file = files.put('readings.csv', `run,t,a,b,state\n${lines(300).join('\n')}\n`);
    const run = files.at('readings');
    const trained = await lethe(
      'train',
      `classify/${file}`,
      '--id',
      'run',
      '--time',
      't',
      '--label',
      'state',
      ...small,
      ...fast,
      '--out',
      run,
    );
    expect(trained).toMatchObject({ code: 0, err: '' });
    expect(trained.out).toMatch(/300 sequences of 4 to 7 steps of 2 columns: a, b/);
    expect(trained.out).toMatch(/summaries of columns, logistic regression/);
    expect(metricsOf(run).accuracy).toBeGreaterThan(0.8);
    const answered = await lethe('predict', run, '--in', file, '--json');
    expect(answered.json()[0]).toMatchObject({
      id: 's0',
      line: 2,
      label: lines(1)[0].split(',').at(-1),
    } as never);
    // Columns stand before the id where the file is read, and behind it in what the run keeps: the same data.
    expect(await lethe('eval', run)).toMatchObject({ code: 0, err: '' });
    expect(await lethe('calibrate', run)).toMatchObject({ code: 0, err: '' });
  }, 120_000);

  test('in wide format are a sequence a row', async () => {
    const draws = new NoiseStream(6).normals({ site: 'sample' }, 300 * 14);
    const wide = Array.from({ length: 300 }, (_, i) => {
      const row = Array.from({ length: 14 }, (_, t) => draws[i * 14 + t] + (i % 2) * (t > 6 ? 1.5 : 0));
      return [...row.map((value) => value.toFixed(3)), i % 2 ? 'up' : 'flat'].join(',');
    });
    const names = Array.from({ length: 14 }, (_, t) => `v${t}`).join(',');
    const file = files.put('wide.csv', `${names},label\n${wide.join('\n')}\n`);
    const run = files.at('wide');
    const trained = await lethe('train', `classify/${file}`, ...small, ...fast, '--out', run);
    expect(trained).toMatchObject({ code: 0, err: '' });
    expect(trained.out).toMatch(/a row is a sequence of up to 14 steps/);
    expect(metricsOf(run).accuracy).toBeGreaterThan(0.85);
    expect((await lethe('predict', run, '--in', file, '--json')).json()).toHaveLength(301);
    expect(await lethe('eval', run)).toMatchObject({ code: 0, err: '' });
  }, 120_000);
});
