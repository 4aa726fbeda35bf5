import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { objections } from '../../pictures/svg/legible.suite.ts';
import { readReport, reportHtml } from '../../report/report.ts';
import { resume } from '../../training/train.ts';
import {
  confusionPicture,
  coveragePicture,
  ratingPicture,
  reliabilityPicture,
  riskPicture,
} from './pictures.ts';
import { lethe, small, textTable, useFolder } from './testing.suite.ts';

const files = useFolder();
const run = files.at('run');

beforeAll(async () => {
  const table = files.put('reviews.csv', textTable(200));
  expect((await lethe('train', `classify/${table}`, ...small, '--epochs', '2', '--out', run)).code).toBe(0);
}, 60_000);

describe('the report on a run of classes', () => {
  test('has confusion matrix, reliability before and after, risk over coverage, a table of classes, and simple models', async () => {
    expect((await lethe('report', run)).code).toBe(0);
    const before = readFileSync(`${run}/report.html`, 'utf8');
    expect(before).toContain('as the model says');
    expect(before).toContain('test, majority class');
    expect((await lethe('calibrate', run)).code).toBe(0);
    expect((await lethe('report', run, '--pictures', files.at('pictures'))).code).toBe(0);
    const html = readFileSync(`${run}/report.html`, 'utf8');
    for (const words of [
      'confusion matrix',
      'before calibration',
      'after calibration',
      'risk over coverage',
      'precision',
    ])
      expect(html).toContain(words);
    for (const key of ['nll', 'brier', 'ece', 'aurc'])
      expect(html).not.toMatch(new RegExp(`<tr><td[^>]*>${key}</td>`));
    expect(html).toMatch(/A set of classes holds the truth of at least 90 % of new examples/);
    expect(
      readdirSync(files.at('pictures')).filter((name) => name.startsWith('run-confusion-matrix')),
    ).toEqual(['run-confusion-matrix.csv', 'run-confusion-matrix.png', 'run-confusion-matrix.svg']);
  }, 60_000);

  test('has no answers of the weights before once a run is trained on, and those of its end again', async () => {
    const stop = new AbortController();
    const onEvent = ({ event }: { event: string }): void => {
      if (event === 'epoch') stop.abort();
    };
    const untested = 'The test is measured when the run is finished.';
    const report = (): string => reportHtml(readReport([run]));
    expect(report()).not.toContain(untested);
    expect((await resume(run, { epochs: 4, signal: stop.signal, onEvent })).event).toBe('interrupted');
    expect(report()).toContain(untested);
    expect(report()).toContain('interrupted after 3 epochs');
    expect((await resume(run)).event).toBe('done');
    expect(report()).not.toContain(untested);
  }, 60_000);

  test('says what is missing, and goes on', async () => {
    rmSync(`${run}/predictions.json`);
    expect((await lethe('report', run)).code).toBe(0);
    expect(readFileSync(`${run}/report.html`, 'utf8')).toContain(
      'The test is measured when the run is finished.',
    );
  }, 60_000);
});

describe('pictures of answers', () => {
  const class3 = (count: number) => {
    const targets = Array.from({ length: count }, (_, i) => i % 3);
    const logProbabilities = targets.map((k, i) => {
      const row = [0.1, 0.1, 0.1];
      row[i % 5 === 0 ? (k + 1) % 3 : k] = 0.8 - (i % 7) / 20;
      const sum = row.reduce((a, b) => a + b);
      return Float64Array.from(row, (p) => Math.log(p / sum));
    });
    return { targets, answers: { kind: 'class' as const, logProbabilities } };
  };

  test.each([2, 3, 12, 40])('of %i classes are legible', (K) => {
    const counts = Array.from({ length: K }, (_, i) =>
      Array.from({ length: K }, (_, j) => (i === j ? 100 * K : i + j)),
    );
    const names = Array.from({ length: K }, (_, k) =>
      k % 5 === 0 ? `a class of many words, number ${k}` : `c${k}`,
    );
    expect(objections(confusionPicture(counts, names).svg)).toEqual([]);
  });

  test.each([1, 7, 500])('of %i examples are legible and have the numbers that they draw', (count) => {
    const { targets, answers } = class3(count);
    const reliability = reliabilityPicture(
      [
        { name: 'before', answers },
        { name: 'after', answers },
      ],
      targets,
    );
    const risk = riskPicture(answers, targets);
    for (const { svg } of [reliability, risk]) expect(objections(svg)).toEqual([]);
    // One in five is wrong: the last point of the risk is all of them.
    const wrong = targets.filter((_, i) => i % 5 === 0).length / count;
    expect(risk.data.rows.filter(([name]) => name === 'surest first').at(-1)).toEqual([
      'surest first',
      1,
      wrong,
      null,
      null,
    ]);
    const ratings = {
      kind: 'rating' as const,
      isDensity: true,
      mean: Float64Array.from(targets),
      variance: new Float64Array(count).fill(1),
    };
    for (const { svg } of [
      ratingPicture(ratings, targets),
      coveragePicture([{ name: 'before', answers: ratings }], targets),
    ])
      expect(objections(svg)).toEqual([]);
  });
});
