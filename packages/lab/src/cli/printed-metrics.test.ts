/** What runs of every task print, as people see it: each figure says what it is. */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { textTable, useFolder } from '../tasks/classify/testing.suite.ts';
import { metricMeaning, wayOf } from '../tasks/metric-words.ts';
import { taskKinds } from '../tasks/registry.ts';
import { useFolder as useFolderOfPairs } from '../tasks/translate/testing.suite.ts';
import { lethe } from './testing.suite.ts';

const files = useFolder();
const pairs = useFolderOfPairs();
const noise = ['--dropout', 'variational:input=.1,recurrent=.1,output=.2', '--threads', '1'];
const quick = [...noise, '--epochs', '1', '--hidden', '8'];

const day = (t: number): string => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
const series = (): string =>
  files.put(
    'series.csv',
    `date,y\n${Array.from({ length: 200 }, (_, t) => `${day(t)},${20 + (t % 7)}\n`).join('')}`,
  );
const ratings = (): string =>
  files.put(
    'ratings.csv',
    textTable(200)
      .replace('label', 'stars')
      .replace(/,(yes|no)$/gm, (_, word, at) => `,${word === 'yes' ? 4 : 1}.${at % 10}`),
  );
const sentences = (): string =>
  files.put(
    'book.txt',
    Array.from({ length: 200 }, (_, i) => `the cat ${'abcdefg'[i % 7]} sees ${'xyz'[i % 3]}\n`).join(''),
  );

/** Of each task what it is trained on, and whether it is calibrated. */
const runs: readonly [
  title: string,
  task: string,
  target: () => string,
  isCalibrated: boolean,
  ...more: string[],
][] = [
  ['music', 'music', () => 'music/folk', false],
  [
    'words',
    'text',
    () => `text/${sentences()}`,
    false,
    '--set',
    'training.batch=4',
    '--set',
    'training.steps=10',
  ],
  ['characters', 'text', () => `text/${sentences()}`, false, '--level', 'char', '--set', 'training.batch=4'],
  ['classes', 'classify', () => `classify/${files.put('classes.csv', textTable(200))}`, true],
  ['ratings', 'classify', () => `classify/${ratings()}`, true],
  [
    'forecasts',
    'forecast',
    () => `forecast/${series()}`,
    true,
    '--horizon',
    '7',
    '--set',
    'windows.epoch=64',
  ],
  ['translations', 'translate', () => `translate/${pairs.pairs()}`, false],
];

describe('every figure that is printed says what it is', () => {
  test.each(runs)(
    'of %s',
    async (title, task, target, isCalibrated, ...more) => {
      const run = path.join(files.folder, title);
      const trained = await lethe('train', target(), ...quick, ...more, '--out', run, '--json');
      expect(trained).toMatchObject({ code: 0 });
      const lines = trained.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      if (isCalibrated) {
        const alpha = task === 'classify' ? ['--alpha', '.05'] : [];
        expect(await lethe('calibrate', run, '--mc', '2', ...alpha)).toMatchObject({ code: 0 });
      }
      const evaluated = await lethe('eval', run, '--mc', '2', '--json');
      expect(evaluated).toMatchObject({ code: 0 });
      const { metrics, baselines = [] } = JSON.parse(evaluated.out);
      const records = [
        metrics,
        ...[...baselines, ...(lines.at(-1).baselines ?? [])].map((one: { metrics: object }) => one.metrics),
        ...lines.flatMap((line) => [
          line.train,
          line.valid,
          line.best?.train,
          line.best?.valid,
          line.best?.test,
        ]),
      ];
      const names = new Set(records.flatMap((record) => Object.keys(record ?? {})));
      // Raw, by draws, and calibrated where there is such, each with figures of its own.
      expect(names.size).toBeGreaterThan(4);
      if (isCalibrated) expect([...names].some((name) => name.startsWith('mc_calibrated_'))).toBe(true);
      const plain = Array.from(names, (name) => name.slice(wayOf(name)?.prefix.length ?? 0));
      expect(plain.filter((name) => metricMeaning(name, task) === '')).toEqual([]);
    },
    120_000,
  );

  test('of no task is left out', () => {
    expect(new Set(runs.map(([, task]) => task))).toEqual(new Set(taskKinds.map(({ name }) => name)));
  });
});
